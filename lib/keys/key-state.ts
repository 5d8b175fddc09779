import type { KeyEntry } from "./key-set.ts";

/** new: collectors may not know it yet. retiring: good until a time that is set. */
export type KeyState = "new" | "active" | "retiring" | "retired";

/** How long writing the keys and, later, reading them may take with some attempts of each. */
const SLOW_MS = 10_000;

/** From when on every collector knows a key; long ago if it does not say when it was added. */
export function readyAt({ addedAt = 0 }: KeyEntry, cacheMs: number): number {
  return addedAt + cacheMs + Math.min(SLOW_MS, cacheMs / 2);
}

/** @param cacheMs how long collectors use keys before they read them again */
export function keyState(entry: KeyEntry, cacheMs: number, now: number): KeyState {
  if (entry.retiredAt !== undefined) return entry.retiredAt > now ? "retiring" : "retired";
  return readyAt(entry, cacheMs) > now ? "new" : "active";
}

/** Whether every publisher that is accepted with `entry` is accepted with `other` as well. */
export function canReplace(other: KeyEntry, entry: KeyEntry): boolean {
  return (["from", "publishers"] as const).every((restriction) => {
    const allowed = other[restriction];
    return allowed === undefined || entry[restriction]?.every((one) => allowed.includes(one)) === true;
  });
}
