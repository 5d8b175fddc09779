import type { ValueMap } from "../../sample/value.ts";
import { ambiguous, type Doubt, type DoubtCheck, marked, type NameRules } from "./ambiguity.ts";
import { spelledValue } from "./signed-text.ts";

export interface SwallowRules extends NameRules {
  /** Fields whose text a tenant may choose. */
  readonly tenants: readonly string[];
  /** Fields whose value can hold no name: a number, a time, one of three words. */
  readonly closed: readonly string[];
  /** Fields that are identity, time, volume or project, or stand among these. */
  readonly billed: readonly string[];
  /** The texts that can follow a field's name, by name; a field that anything can follow is not here. */
  readonly beginnings: ReadonlyMap<string, readonly string[]>;
  /** Required names that are looked for in another way. */
  readonly elsewhere: readonly string[];
}

/** One name that a field could have swallowed. */
interface Swallowable {
  readonly name: string;
  /** The name as it would stand there. */
  readonly form: string;
  readonly refused: boolean;
  /** If that name is there all the same, nothing was swallowed. */
  readonly unlessPresent: boolean;
}

/**
 * Finds fields that have swallowed the one behind them.
 *
 * With `monotonic_time` taken out and its name and text appended to `message_id`, a captured signature still holds, and
 * one sample would be billed twice. A field can swallow the optional names that sort after it and before the next
 * required one, and that one itself if somebody else wrote it once more further on. Ceilometer's own values contain
 * none of these names; a tenant's may.
 *
 * Such a name is harmless where its own field is there as well: cut at the first, that field would contain its own
 * name. Not so if a tenant chooses its text.
 */
export function swallowCheck(rules: SwallowRules): DoubtCheck {
  const swallowable = swallowableNames(rules);
  return (message, _text, dialect) => {
    let mark: Doubt | undefined;
    for (const { field, hidden, needed } of swallowable) {
      const value = message.get(field);
      if (value === undefined || value === null) continue;
      // Most values have no underscore, and all of the names that they could have swallowed do.
      if (typeof value === "string" && !value.includes(needed)) continue;
      const doubt = swallowedIn(field, spelledValue(field, value, dialect), hidden, message);
      if (doubt?.kind === "ambiguous") return doubt;
      mark ??= doubt;
    }
    return mark;
  };
}

/** Every sample passes here, so nothing is made but for what is found. */
function swallowedIn(
  field: string,
  text: string,
  hidden: readonly Swallowable[],
  message: ValueMap,
): Doubt | undefined {
  let mark: Doubt | undefined;
  for (const { name, form, refused, unlessPresent } of hidden) {
    if (!text.includes(form) || (unlessPresent && message.has(name))) continue;
    const detail = `${field} contains the name ${name}, which it could have swallowed`;
    if (refused) return ambiguous(detail);
    mark ??= marked(detail);
  }
  return mark;
}

function swallowableNames(
  rules: SwallowRules,
): readonly { readonly field: string; readonly hidden: readonly Swallowable[]; readonly needed: string }[] {
  const { required, optional, tenants, closed, billed, beginnings, elsewhere } = rules;
  const swallowable = [];
  for (const field of [...required, ...optional]) {
    if (closed.includes(field)) continue;
    const hidden: Swallowable[] = [];
    const next = required.filter((name) => name > field).sort()[0];
    const add = (name: string, refused: boolean, unlessPresent: boolean) => {
      for (const beginning of beginnings.get(name) ?? [""]) {
        hidden.push({ name, form: name + beginning, refused, unlessPresent });
      }
    };
    for (const name of optional) {
      if (name > field && (next === undefined || name < next)) {
        add(name, billed.includes(field), !tenants.includes(name));
      }
    }
    if (next !== undefined && !tenants.includes(field) && !elsewhere.includes(next)) add(next, true, false);
    const needed = hidden.every(({ form }) => form.includes("_")) ? "_" : "";
    if (hidden.length > 0) swallowable.push({ field, hidden, needed });
  }
  return swallowable;
}
