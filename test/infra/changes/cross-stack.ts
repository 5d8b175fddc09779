import { isDeepStrictEqual } from "node:util";
import { at, type Template } from "../template.ts";
import { referencesIn, type StackChange } from "./stack-change.ts";

/** CloudFormation removes or changes no export that a deployed stack imports. */
export function exportsInUse({ before, after, created }: StackChange, deployed: Template): readonly string[] {
  const imported = operandsOf("Fn::ImportValue", deployed).map(String);
  const now = new Map(exportsOf(after));
  return exportsOf(before)
    .filter(([name]) => imported.includes(name))
    .filter(([name, value]) => {
      const other = now.get(name);
      return !isDeepStrictEqual(other, value) || referencesIn(other).some((id) => created.has(id));
    })
    .map(([name]) => `the export ${name} is in use`);
}

/** What a stack reads of another one as it is deployed, and does not find there, or finds to be something else. */
export function unreadOutputs(reader: Template, { before, after, created }: StackChange): readonly string[] {
  const exported = new Map(exportsOf(after));
  const missing = operandsOf("Fn::ImportValue", reader)
    .map(String)
    .filter((name) => !exported.has(name));
  const read = operandsOf("Fn::GetStackOutput", reader).map((one) => String(at(one, "OutputName")));
  return [
    ...missing.map((name) => `nothing exports ${name}`),
    ...read.filter((name) => after.Outputs?.[name] === undefined).map((name) => `there is no output ${name}`),
    // The reader's template says the same as before, so that it is not deployed again.
    ...read
      .filter((name) => before.Outputs?.[name] !== undefined)
      .filter((name) => referencesIn(after.Outputs?.[name]).some((id) => created.has(id)))
      .map((name) => `the output ${name} leads to something new, and its reader is not told`),
  ];
}

function exportsOf(template: Template): readonly (readonly [name: string, value: unknown])[] {
  return Object.values(template.Outputs ?? {}).flatMap(({ Value, Export }) => {
    const name = at(Export, "Name");
    return name === undefined ? [] : [[String(name), Value] as const];
  });
}

/** What stands behind every use of a function, once each. */
function operandsOf(form: string, value: unknown): readonly unknown[] {
  const found: unknown[] = [];
  JSON.stringify(value, (name, operand: unknown) => {
    if (name === form && !found.some((one) => isDeepStrictEqual(one, operand))) found.push(operand);
    return operand;
  });
  return found;
}
