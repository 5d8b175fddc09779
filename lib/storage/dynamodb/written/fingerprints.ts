import { hash, randomBytes } from "node:crypto";
import { keyNames } from "../layout/keys.ts";
import type { Item } from "../layout/limits.ts";

/** 52 bits that stand for a key: its low 32, and the others. */
export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

/** Of half a key; some 10 MB in two generations, of as many resources and their versions. */
const MOST_REMEMBERED = 50_000;

/**
 * Fingerprints of the keys of items: that of the partition key, mixed with that of the sort key, as few of each make many
 * pairs. Both are made with a secret of this process, or a sender could choose keys that share one.
 */
export class Fingerprints {
  readonly #secret = randomBytes(16).toString("hex");
  #young = new Map<string, Fingerprint>();
  #old = new Map<string, Fingerprint>();

  of(item: Item): Fingerprint {
    const partition = this.#ofHalf(`p${item[keyNames.partition]?.S ?? ""}`);
    const sort = this.#ofHalf(`s${item[keyNames.sort]?.S ?? ""}`);
    return { low: (partition.low ^ sort.low) >>> 0, high: partition.high ^ sort.high };
  }

  #ofHalf(text: string): Fingerprint {
    const known = this.#young.get(text) ?? this.#old.get(text);
    if (known !== undefined) return known;
    const digits = hash("sha256", this.#secret + text, "hex");
    const made = { low: Number.parseInt(digits.slice(0, 8), 16), high: Number.parseInt(digits.slice(8, 13), 16) };
    if (this.#young.size === MOST_REMEMBERED / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, made);
    return made;
  }
}
