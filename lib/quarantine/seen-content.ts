import { createHash } from "node:crypto";
import { LruCache } from "../flow/lru-cache.ts";
import type { Arrived } from "../sample/arrived.ts";

/** Remembers for a while what was seen, to notice the same again. */
export interface SeenContent {
  /** The digest that content is remembered by. */
  digest(arrived: Arrived): string;
  has(digest: string): boolean;
  add(digest: string): void;
  forget(digest: string): void;
}

export interface SeenContentOptions {
  readonly most: number;
  readonly forMs: number;
  readonly now: () => number;
}

/**
 * Bytes that are compared, beside the length. More would let an outsider make us hash long messages, and what differs
 * only further on explains nothing more.
 */
const COMPARED_BYTES = 8_192;

export function createSeenContent({ most, forMs, now }: SeenContentOptions): SeenContent {
  /** When each was added, by `now`. */
  const added = new LruCache<number>(most);

  return {
    digest(arrived) {
      const [whole, beginning] =
        arrived.form === "text"
          ? [arrived.text, arrived.text.slice(0, COMPARED_BYTES)]
          : [arrived.bytes, arrived.bytes.subarray(0, COMPARED_BYTES)];
      return createHash("sha256").update(`${arrived.form} ${whole.length}\n`).update(beginning).digest("base64");
    },
    has(digest) {
      const at = added.get(digest);
      return at !== undefined && now() - at < forMs;
    },
    add: (digest) => added.set(digest, now()),
    forget: (digest) => added.delete(digest),
  };
}
