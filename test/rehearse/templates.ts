import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { at, type Json, type JsonObject, objectAt, parseJson, textAt } from "./json.ts";

/** One resource of a synthesized stack. */
export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: JsonObject;
  /** The whole of it: with Metadata, DeletionPolicy and so on. */
  readonly definition: JsonObject;
}

/** The stacks of a cloud assembly. */
export interface Templates {
  readonly folder: string;
  readonly stacks: readonly string[];
  readonly files: readonly string[];
  readonly resources: readonly Resource[];
  ofType(type: string): readonly Resource[];
  /** By stack and logical id. */
  find(stack: string, logicalId: string): Resource | undefined;
  /** The output with this export name: the value and the stack it stands in. */
  exported(name: string): { readonly stack: string; readonly value: Json } | undefined;
  /** The value of a stack's output, by its name. */
  output(stack: string, name: string): Json | undefined;
}

const ENDING = ".template.json";

export function readTemplates(folder: string): Templates {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .sort();
  const templates = names.map((name) => ({
    stack: name.slice(0, -ENDING.length),
    template: parseJson(readFileSync(join(folder, name), "utf8")) ?? null,
  }));
  const resources = templates.flatMap(({ stack, template }) =>
    Object.entries(objectAt(template, "Resources")).map(([logicalId, definition]): Resource => {
      const whole = objectAt(definition);
      const type = textAt(definition, "Type");
      return { stack, logicalId, type, properties: objectAt(definition, "Properties"), definition: whole };
    }),
  );
  return {
    folder,
    stacks: templates.map(({ stack }) => stack),
    files: names.map((name) => join(folder, name)),
    resources,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    find: (stack, id) => resources.find((resource) => resource.stack === stack && resource.logicalId === id),
    exported(name) {
      for (const { stack, template } of templates) {
        for (const output of Object.values(objectAt(template, "Outputs"))) {
          const value = objectAt(output).Value;
          if (textAt(output, "Export", "Name") === name && value !== undefined) return { stack, value };
        }
      }
      return undefined;
    },
    output(stack, name) {
      const { template = null } = templates.find((one) => one.stack === stack) ?? {};
      return at(template, "Outputs", name, "Value");
    },
  };
}
