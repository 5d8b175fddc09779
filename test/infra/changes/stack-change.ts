import { isDeepStrictEqual } from "node:util";
import { at, type Resource, type Template } from "../template.ts";
import { replacingProperties } from "./replacing-properties.ts";

/** What an update of a stack does to its resources, by logical id. CloudFormation creates first, and deletes last. */
export interface StackChange {
  readonly before: Template;
  readonly after: Template;
  /** New, or in the place of another one under the same id. */
  readonly created: ReadonlySet<string>;
  /** Deleted, or replaced under the same id: they stand until everything else is done. */
  readonly going: ReadonlySet<string>;
  readonly kept: ReadonlySet<string>;
}

export function stackChange(before: Template, after: Template): StackChange {
  const old = new Set(Object.keys(before.Resources));
  const ids = Object.keys(after.Resources);
  const common = ids.filter((id) => old.has(id));
  const replaced = new Set<string>();
  // Whatever names a replaced resource where it can't be changed is replaced with it.
  for (let found = -1; found !== replaced.size; ) {
    found = replaced.size;
    for (const id of common) {
      if (isReplaced(before.Resources[id], after.Resources[id], replaced)) replaced.add(id);
    }
  }
  return {
    before,
    after,
    created: new Set([...ids.filter((id) => !old.has(id)), ...replaced]),
    going: new Set([...[...old].filter((id) => after.Resources[id] === undefined), ...replaced]),
    kept: new Set(common.filter((id) => !replaced.has(id))),
  };
}

function isReplaced(before: Resource | undefined, after: Resource | undefined, replaced: ReadonlySet<string>): boolean {
  if (before === undefined || after === undefined) return false;
  if (before.Type !== after.Type)
    throw new Error(`${after.Type} in the place of ${before.Type}: CloudFormation refuses`);
  return replacingProperties(after.Type).some((path) => {
    const [old, now] = [valueAt(before, path), valueAt(after, path)];
    return !isDeepStrictEqual(old, now) || referencesIn(now).some((id) => replaced.has(id));
  });
}

/** @param path names and positions among the resource's properties, with dots between */
export function valueAt(resource: Resource, path: string): unknown {
  return at(resource.Properties, ...path.split("."));
}

/** The logical ids that a value names, in its own stack. */
export function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(value).flatMap(([name, operand]) => {
    if (name === "Ref") return [String(operand)];
    if (name === "Fn::GetAtt") return [String(typeof operand === "string" ? operand.split(".")[0] : at(operand, 0))];
    if (name === "Fn::Sub") return Array.from(JSON.stringify(operand).matchAll(/\$\{(\w+)/g), ([, id = ""]) => id);
    return referencesIn(operand);
  });
}
