import type { ValueMap } from "../sample/value.ts";
import type { KnownMetadata, Version } from "./known-metadata.ts";

/** The top-level names that metadata is found by. */
export const METADATA = "resource_metadata";
const RESOURCE = "resource_id";

/** The metadata of one message: found among what is known, or noted, to be kept once the message is proved. */
export class MetadataInHand {
  readonly #known: KnownMetadata;
  #resource = "";
  #start = 0;
  #end = 0;

  constructor(known: KnownMetadata) {
    this.#known = known;
  }

  /**
   * @param message as far as it is read: mostly its resource stands in front of the metadata
   * @param start where the metadata begins
   */
  find(message: ValueMap, bytes: Buffer, start: number): Version | undefined {
    const resource = message.get(RESOURCE);
    if (typeof resource !== "string") return undefined;
    const version = this.#known.at(resource, bytes, start);
    if (version !== undefined) return version;
    this.#resource = resource;
    this.#start = start;
    return undefined;
  }

  /** Notes where metadata ends that was not found. */
  end(position: number): void {
    this.#end = position;
  }

  /** Has the metadata remembered. @param message that it was found in, proved */
  keep(message: Uint8Array): void {
    if (this.#resource !== "") this.#known.keep(this.#resource, message.subarray(this.#start, this.#end));
  }
}
