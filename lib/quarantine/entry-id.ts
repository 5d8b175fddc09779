import { createHash } from "node:crypto";
import type { Arrived } from "../sample/arrived.ts";

/** How an id looks. */
export const ENTRY_ID = /^[0-9a-f]{64}$/;

/** The same for every delivery of the same message, whenever and from wherever it came. */
export function entryId(arrived: Arrived): string {
  const attributes = arrived.form === "text" ? Object.entries(arrived.attributes).sort(byName) : [];
  // JSON holds no line feed of its own, so nothing can be moved from one part into the other.
  const hash = createHash("sha256").update(`${JSON.stringify([arrived.form, attributes])}\n`);
  return hash.update(arrived.form === "text" ? arrived.text : arrived.bytes).digest("hex");
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
