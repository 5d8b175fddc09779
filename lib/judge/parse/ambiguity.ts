import type { Dialect } from "../../sample/sample.ts";
import type { ValueMap } from "../../sample/value.ts";

/** The top-level names of one kind of message. */
export interface NameRules {
  /** Names that a message of this kind must have; each leaves its mark in the canonical text. */
  readonly required: readonly string[];
  /** Names that may be absent from the canonical text. */
  readonly optional: readonly string[];
}

/**
 * A doubt about the reading in which a proved message came. The canonical text has no separators, so whoever holds a
 * signed text can cut it into other fields.
 *
 * `ambiguous`: another reading would be another identity, time, volume or project. `marked`: it would differ in less, or
 * only a publisher that nobody has seen could have meant it.
 */
export interface Doubt {
  readonly kind: "ambiguous" | "marked";
  readonly detail: string;
}

/** @param text the canonical text that was signed, in that dialect */
export type DoubtCheck = (message: ValueMap, text: string, dialect: Dialect) => Doubt | undefined;

export function ambiguous(detail: string): Doubt {
  return { kind: "ambiguous", detail };
}

export function marked(detail: string): Doubt {
  return { kind: "marked", detail };
}

/** The graver of two, the first of equals. */
export function graver(one: Doubt | undefined, other: Doubt | undefined): Doubt | undefined {
  return one === undefined || (one.kind === "marked" && other?.kind === "ambiguous") ? other : one;
}

/** Makes a check that tells of a top-level name that is not among the rules'. */
export function unknownNameCheck({ required, optional }: NameRules): (message: ValueMap) => string | undefined {
  const others = new Set([...optional, "message_signature"].filter((name) => !required.includes(name)));
  const known = new Set([...required, ...others]);
  return (message) => {
    // A parsed message has all that is required, so that counting tells of nearly every one.
    let count = required.length;
    for (const name of others) if (message.has(name)) count++;
    if (count === message.size) return undefined;
    for (const name of message.keys()) {
      if (!known.has(name)) return `${JSON.stringify(name.slice(0, 80))} is not a name that Ceilometer signs`;
    }
    return undefined;
  };
}
