import type { ValueMap } from "../sample/value.ts";
import type { KnownMetadata } from "./known-metadata.ts";
import type { KnownValue, KnownValues } from "./known-values.ts";

const RESOURCE = "resource_id";

/** A message stands in a list, that in a notification's payload or in the data of a cast's arguments. */
const MOST_DEPTH = 3;

/** The metadata of messages in hand: found among what is known, or noted, to be kept once a message is proved. */
export class MetadataInHand implements KnownValues<Buffer | string> {
  readonly name = "resource_metadata";
  readonly mostDepth = MOST_DEPTH;
  readonly #known: KnownMetadata;
  /** Of the first message, which mostly is the only one. */
  #first: Missed | undefined;
  #others: Map<ValueMap, Missed> | undefined;

  constructor(known: KnownMetadata) {
    this.#known = known;
  }

  /** Mostly a message's resource stands in front of its metadata; where it does not, nothing is known. */
  find(message: ValueMap, source: Buffer | string, start: number): KnownValue | undefined {
    const resource = message.get(RESOURCE);
    return typeof resource === "string" ? this.#known.at(resource, source, start) : undefined;
  }

  met(message: ValueMap, source: Buffer | string, start: number, end: number): void {
    const resource = message.get(RESOURCE);
    if (typeof resource !== "string") return;
    const missed = { message, resource, source, start, end };
    if (this.#first === undefined) this.#first = missed;
    else {
      this.#others ??= new Map();
      this.#others.set(message, missed);
    }
  }

  /** Has the metadata remembered of a message that is proved. */
  keep(message: ValueMap): void {
    const missed = this.#first?.message === message ? this.#first : this.#others?.get(message);
    if (missed !== undefined) this.#known.keep(missed.resource, partOf(missed));
  }
}

interface Missed {
  readonly message: ValueMap;
  readonly resource: string;
  readonly source: Buffer | string;
  readonly start: number;
  readonly end: number;
}

function partOf({ source, start, end }: Missed): Buffer | string {
  return typeof source === "string" ? source.slice(start, end) : source.subarray(start, end);
}
