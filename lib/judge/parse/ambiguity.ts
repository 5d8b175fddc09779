import type { ValueMap } from "../../sample/value.ts";

/** The top-level names of one kind of message. */
export interface NameRules {
  /** Names that a message of this kind must have; each leaves its mark in the canonical text. */
  readonly required: readonly string[];
  /** Names that may be absent from the canonical text. */
  readonly optional: readonly string[];
  /** The first name, in the order of signing, whose text somebody else than the publisher may choose. */
  readonly firstForeign?: string;
}

/** Makes a check that tells of a top-level name that is not among the rules'. */
export function unknownNameCheck({ required, optional }: NameRules): (message: ValueMap) => string | undefined {
  const known = new Set([...required, ...optional, "message_signature"]);
  return (message) => {
    for (const name of message.keys()) {
      if (!known.has(name)) return `${JSON.stringify(name.slice(0, 80))} is not a name that Ceilometer signs`;
    }
    return undefined;
  };
}

/**
 * Finds messages that can be read in more than one way.
 *
 * The canonical text has no separators: with `monotonic_time` taken out and its name and text appended to
 * `message_id`, a captured signature still holds, and one sample would be billed twice. A required name can't
 * be swallowed so, because it has to appear again. An optional one can: by the text field that it sorts after,
 * if no required name sorts between the two.
 *
 * A tenant who names an instance or a container like a piece of canonical text (`…sourcextimestamp2030user_idy`)
 * makes a publisher sign names twice. Cut at the tenant's, the genuine ones have to end up inside the last field
 * that was cut out, which so contains its own name, or that of the required field before it.
 *
 * @returns a check that says what is ambiguous, or undefined. One check serves all messages of a kind.
 */
export function ambiguityCheck(rules: NameRules): (message: ValueMap) => string | undefined {
  const swallowable = swallowableNames(rules);
  return (message) => {
    for (const [name, hidden] of swallowable) {
      const value = message.get(name);
      if (typeof value !== "string") continue;
      const swallowed = hidden.find((other) => value.includes(other));
      if (swallowed !== undefined) return `${name} contains the name ${swallowed}, which it could have swallowed`;
    }
    return undefined;
  };
}

function swallowableNames({ required, optional, firstForeign }: NameRules): ReadonlyMap<string, readonly string[]> {
  const swallowable = new Map<string, readonly string[]>();
  for (const name of [...required, ...optional]) {
    const nextRequired = required.filter((other) => other > name).sort()[0] ?? "\uffff";
    const lastRequired =
      required
        .filter((other) => other <= name)
        .sort()
        .at(-1) ?? name;
    const hidden = optional.filter((other) => other > name && other < nextRequired);
    if (firstForeign !== undefined && name > firstForeign) hidden.push(lastRequired);
    if (hidden.length > 0) swallowable.set(name, hidden);
  }
  return swallowable;
}
