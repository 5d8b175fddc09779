import type { ValueMap } from "../value.ts";

/** The top-level names of one kind of message. */
export interface NameRules {
  /** Names that a message of this kind must have; each leaves its mark in the canonical text. */
  readonly required: readonly string[];
  /** Names that may be absent from the canonical text. */
  readonly optional: readonly string[];
}

/**
 * Finds messages that can be read in more than one way.
 *
 * The canonical text has no separators: with `monotonic_time` taken out and its name and text appended to
 * `message_id`, a captured signature still holds, and one sample would be billed twice. A required name can't
 * be swallowed so, because it has to appear again. An optional one can: by the text field that it sorts after,
 * if no required name sorts between the two.
 *
 * @returns a check that says what is ambiguous, or undefined. One check serves all messages of a kind.
 */
export function ambiguityCheck({ required, optional }: NameRules): (message: ValueMap) => string | undefined {
  const known = new Set([...required, ...optional, "message_signature"]);
  const swallowable = swallowableNames({ required, optional });
  return (message) => {
    for (const name of message.keys()) {
      if (!known.has(name)) return `${JSON.stringify(name.slice(0, 80))} is not a name that Ceilometer signs`;
    }
    for (const [name, hidden] of swallowable) {
      const value = message.get(name);
      if (typeof value !== "string") continue;
      const swallowed = hidden.find((other) => value.includes(other));
      if (swallowed !== undefined) return `${name} contains the name ${swallowed}, which it could have swallowed`;
    }
    return undefined;
  };
}

function swallowableNames({ required, optional }: NameRules): ReadonlyMap<string, readonly string[]> {
  const names = [...required, ...optional];
  const swallowable = new Map<string, readonly string[]>();
  for (const name of names) {
    const nextRequired = required.filter((other) => other > name).sort()[0] ?? "\uffff";
    const hidden = optional.filter((other) => other > name && other < nextRequired);
    if (hidden.length > 0) swallowable.set(name, hidden);
  }
  return swallowable;
}
