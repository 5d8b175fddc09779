import { hash } from "node:crypto";
import type { Conflict } from "../../storage/driver.ts";
import { settledKey } from "../../storage/settlement.ts";

/** As many digits as tell conflicts and contents apart in practice. */
const SHORT = 12;

/** The id of a conflict, for a person: SHA-256 of its identity, which is four texts of any length, in hexadecimal. */
export function conflictId({ samples: [sample] }: Conflict): string {
  return sample === undefined ? "" : hash("sha256", settledKey(sample), "hex");
}

/** The beginning of a conflict's id, or of a content's digest. */
export function shortId(id: string): string {
  return id.slice(0, SHORT);
}

/** Whether a person can have meant the beginning of such an id: four digits at least. */
export function isIdPrefix(text: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(text);
}
