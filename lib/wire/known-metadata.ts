import { takeNotesOf } from "../sample/metadata-notes.ts";
import { isValueMap } from "../sample/value.ts";
import { decodeJson } from "./json-reader.ts";
import type { KnownValue } from "./known-values.ts";
import { type DecodeLimits, datagramLimits } from "./limits.ts";
import { decodeMsgpack } from "./msgpack-reader.ts";

/** Metadata as it came before, in memory of its own. */
interface Version extends KnownValue {
  /** Of msgpack, or JSON as text. */
  readonly source: Buffer | string;
  /** Bytes of memory, estimated from above. */
  readonly cost: number;
}

export interface KnownMetadataOptions {
  /** Bytes of memory, estimated from above. */
  readonly mostBytes?: number;
  /** From 0 to 1: who is remembered when there is no room. */
  readonly random?: () => number;
}

/** Some three thousand resources with metadata of 600 bytes, as instances have. */
const MOST_BYTES = 48 * 1_048_576;

/** A resource has one at a time, and some meters add fields of their own. */
const MOST_VERSIONS = 4;

/** Larger than any that a publisher of Ceilometer's sends. */
const LONGEST = 16_384;

/** Measured: the bytes, the value that is made of them, and its notes. */
const BYTES_A_BYTE = 20;
const BYTES_A_VERSION = 2_048;

/** Where memory is full, one of so many newcomers takes the place of the oldest. */
const ONE_OF = 8;

/** What nests deeper could be too deep where a message stands in a list. */
const limits: DecodeLimits = { ...datagramLimits, maxDepth: 64 };

/**
 * The metadata of resources, by the bytes or the text that it came in. Each poll sends it again for each meter of a
 * resource, and it hardly ever changes: what comes again is not decoded again, nor spelled, nor hashed.
 *
 * Only what came in a proved message is kept. No value of msgpack is the beginning of another, nor is a map of JSON, so
 * where a known one stands, its value does. If more resources are polled in turn than there is room for, most of those that
 * are known stay, so that they are found in the next round: an order of use would forget each shortly before it comes again.
 */
export class KnownMetadata {
  readonly #mostBytes: number;
  readonly #random: () => number;
  readonly #versions = new Map<string, Version[]>();
  #bytes = 0;

  constructor({ mostBytes = MOST_BYTES, random = Math.random }: KnownMetadataOptions = {}) {
    this.#mostBytes = mostBytes;
    this.#random = random;
  }

  /** The bytes held, estimated from above. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The metadata of this resource that begins at a place of a message; undefined if it is not known. */
  at(resource: string, message: Buffer | string, place: number): KnownValue | undefined {
    const versions = this.#versions.get(resource);
    if (versions === undefined) return undefined;
    for (const version of versions) if (stands(version, message, place)) return version;
    return undefined;
  }

  /** Remembers the metadata of a resource, of a message that is proved. */
  keep(resource: string, source: Buffer | string): void {
    const cost = costOf(resource, source);
    if (source.length > LONGEST || cost > this.#mostBytes) return;
    if (this.#bytes + cost > this.#mostBytes && this.#random() * ONE_OF >= 1) return;
    const own = typeof source === "string" ? copied(source) : Buffer.from(source);
    const decoded = typeof own === "string" ? decodeJson(own, limits) : decodeMsgpack(own, limits);
    if (!decoded.ok || !isValueMap(decoded.value) || decoded.value.size === 0) return;
    takeNotesOf(decoded.value);
    this.#add(copied(resource), { source: own, length: own.length, value: decoded.value, cost });
    while (this.#bytes > this.#mostBytes) this.#forgetOldest();
  }

  #add(resource: string, version: Version): void {
    const versions = this.#versions.get(resource) ?? [];
    versions.unshift(version);
    this.#bytes += version.cost;
    const oldest = versions.length > MOST_VERSIONS ? versions.pop() : undefined;
    if (oldest !== undefined) this.#bytes -= oldest.cost;
    this.#versions.set(resource, versions);
  }

  #forgetOldest(): void {
    for (const [resource, versions] of this.#versions) {
      this.#versions.delete(resource);
      for (const { cost } of versions) this.#bytes -= cost;
      return;
    }
  }
}

function stands({ source, length }: Version, message: Buffer | string, place: number): boolean {
  if (typeof source === "string") return typeof message === "string" && message.startsWith(source, place);
  const end = place + length;
  return typeof message !== "string" && end <= message.length && source.compare(message, place, end) === 0;
}

function costOf(resource: string, source: Buffer | string): number {
  const bytes = typeof source === "string" ? Buffer.byteLength(source) : source.length;
  return BYTES_A_VERSION + 2 * resource.length + BYTES_A_BYTE * bytes;
}

/** The same text in memory of its own: a decoder's is a part of the whole message, and would keep all of that. */
function copied(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
