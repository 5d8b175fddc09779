import { takeNotesOf } from "../sample/metadata-notes.ts";
import { isValueMap, type Value, type ValueMap } from "../sample/value.ts";
import { type DecodeLimits, datagramLimits } from "./limits.ts";
import { decodeMsgpack } from "./msgpack-reader.ts";

/** Metadata as it came before, in memory of its own. */
export interface Version {
  readonly bytes: Buffer;
  readonly value: ValueMap;
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
 * The metadata of resources, by the bytes that it came in. Each poll sends it again for each meter of a resource, and it
 * hardly ever changes: what comes again is not decoded again, nor spelled, nor hashed.
 *
 * Only what came in a proved message is kept. No value of msgpack is the beginning of another, so where known bytes stand,
 * their value does. If more resources are polled in turn than there is room for, most of those that are known stay, so that
 * they are found in the next round: an order of use would forget each shortly before it comes again.
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
  at(resource: Value | undefined, message: Buffer, place: number): Version | undefined {
    const versions = typeof resource === "string" ? this.#versions.get(resource) : undefined;
    if (versions === undefined) return undefined;
    for (const version of versions) {
      const end = place + version.bytes.length;
      if (end <= message.length && version.bytes.compare(message, place, end) === 0) return version;
    }
    return undefined;
  }

  /** Remembers the metadata of a resource, of a message that is proved. */
  keep(resource: string, bytes: Uint8Array): void {
    const cost = costOf(resource, bytes);
    if (bytes.length > LONGEST || cost > this.#mostBytes) return;
    if (this.#bytes + cost > this.#mostBytes && this.#random() * ONE_OF >= 1) return;
    const own = Buffer.from(bytes);
    const decoded = decodeMsgpack(own, limits);
    if (!decoded.ok || !isValueMap(decoded.value) || decoded.value.size === 0) return;
    takeNotesOf(decoded.value);
    this.#add(copied(resource), { bytes: own, value: decoded.value });
    while (this.#bytes > this.#mostBytes) this.#forgetOldest();
  }

  #add(resource: string, version: Version): void {
    const versions = this.#versions.get(resource) ?? [];
    versions.unshift(version);
    this.#bytes += costOf(resource, version.bytes);
    const oldest = versions.length > MOST_VERSIONS ? versions.pop() : undefined;
    if (oldest !== undefined) this.#bytes -= costOf(resource, oldest.bytes);
    this.#versions.set(resource, versions);
  }

  #forgetOldest(): void {
    for (const [resource, versions] of this.#versions) {
      this.#versions.delete(resource);
      for (const { bytes } of versions) this.#bytes -= costOf(resource, bytes);
      return;
    }
  }
}

function costOf(resource: string, bytes: Uint8Array): number {
  return BYTES_A_VERSION + 2 * resource.length + BYTES_A_BYTE * bytes.length;
}

/** The same text in memory of its own: a decoder's is a part of the whole message, and would keep all of that. */
function copied(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
