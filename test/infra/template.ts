/** A CloudFormation template as far as the promises look at it. */
export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { readonly Value?: unknown; readonly Export?: unknown }>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: unknown;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: unknown;
}

/** The two stacks of one stage. */
export interface Deployment {
  readonly collector: Template;
  readonly udp: Template;
}

/** What stands at a path of names and positions, or undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

export function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function resourcesOf(template: Template, type: string): readonly (readonly [id: string, resource: Resource])[] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

/** A construct's name without the hash that makes it unique. */
export function plainId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, "");
}

const OUTPUT = /^(?:.*:Exports|Publish)Output(?:FnGetAtt|Ref)(.*?)[0-9A-F]{8}(?:Arn)?[0-9A-F]{8}$/;

/** A value as a person would write it: references by their construct's name, from whichever stack. */
export function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [[form, operand] = ["", undefined]] = Object.entries(value);
  switch (form) {
    case "Ref":
      return plainId(String(operand)).replace(/^AWS::/, "");
    case "Fn::GetAtt":
      return plainId(String(at(operand, 0)));
    case "Fn::ImportValue":
      return String(operand).replace(OUTPUT, "$1");
    case "Fn::GetStackOutput":
      return String(at(operand, "OutputName")).replace(OUTPUT, "$1");
    case "Fn::Sub":
      return String(operand).replace(/\$\{AWS::(\w+)\}/g, "$1");
    case "Fn::Join":
      return list(at(operand, 1))
        .map(textOf)
        .join(String(at(operand, 0)));
    case "Fn::Select":
      // A part of an address that is cut up: what the address is of.
      return textOf(at(operand, 1, "Fn::Split", 1));
    default:
      return JSON.stringify(value);
  }
}
