import type { Key } from "../../keys/key.ts";
import type { ListenerName } from "../../sample/listener-name.ts";

export interface KeyChoice {
  readonly keys: readonly Key[];
  /** The listeners that accept legacy signatures. */
  readonly legacyListeners: readonly ListenerName[];
  readonly now: number;
}

/** @returns a key with which a listener accepts what we send, or why there is none */
export function probeKey(listener: ListenerName, choice: KeyChoice): Key | { readonly problem: string } {
  const { keys, legacyListeners, now } = choice;
  const good = keys.filter(({ retiredAt = Number.POSITIVE_INFINITY }) => retiredAt > now);
  const open = good.filter(({ from, publishers }) => from === undefined && publishers === undefined);
  const legacy = legacyListeners.includes(listener) ? open.find(({ scheme }) => scheme === "legacy") : undefined;
  const key = legacy ?? open.find(({ scheme }) => scheme === "v2");
  if (key !== undefined) return key;
  if (good.length === 0) return { problem: "no key is given that is not retired" };
  return {
    problem:
      open.length === 0
        ? "each key is limited to some networks or publishers, and this machine may be none of them"
        : `${listener} accepts signature v2 alone, and no key of it is given`,
  };
}
