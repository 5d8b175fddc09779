import { type Json, listAt, objectAt, textAt } from "../rehearse/json.ts";

/** One statement of a policy, with ARNs in the place of references. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Values by key, by operator. */
  readonly conditions: Json;
}

export interface Asked {
  readonly action: string;
  readonly resource: string;
  /** What conditions are about. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export function statementsIn(policy: Json | undefined): readonly Statement[] {
  return listAt(policy, "Statement").map((one) => ({
    effect: textAt(one, "Effect"),
    actions: texts(objectAt(one).Action),
    resources: texts(objectAt(one).Resource),
    conditions: objectAt(one, "Condition"),
  }));
}

/** Whether a statement is about what is asked for. */
export function isAbout({ actions, resources, conditions }: Statement, { action, resource, context }: Asked): boolean {
  return (
    actions.some((pattern) => matches(pattern, action)) &&
    resources.some((pattern) => matches(pattern, resource)) &&
    Object.entries(objectAt(conditions)).every(([operator, tests]) =>
      Object.entries(objectAt(tests)).every(([key, wanted]) => isMet(operator, texts(wanted), context[key])),
    )
  );
}

/** IAM's operators, as far as our policies have them. */
function isMet(operator: string, wanted: readonly string[], found: readonly string[] | undefined): boolean {
  switch (operator) {
    case "ForAllValues:StringEquals":
      return (found ?? []).every((value) => wanted.includes(value));
    case "Null":
      return (found === undefined) === (wanted[0] === "true");
    case "Bool":
    case "StringEquals":
    case "ArnEquals":
    case "ArnLike":
      return found?.some((value) => wanted.includes(value)) ?? false;
    case "ArnNotEquals":
      return !(found?.some((value) => wanted.includes(value)) ?? false);
    default:
      throw new Error(`a policy has the operator ${operator}, which is not known here yet`);
  }
}

const patterns = new Map<string, RegExp>();

/** IAM's patterns: * for any characters, ? for one. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const known = patterns.get(pattern) ?? new RegExp(`^${escaped}$`, "s");
  patterns.set(pattern, known);
  return known.test(text);
}

function texts(value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
