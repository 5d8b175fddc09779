import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { at, list } from "../template.ts";

/** AWS's own resource specification, as the CDK's command line brings it along to say in a diff what is replaced. */
const specification: unknown = JSON.parse(
  gunzipSync(readFileSync(new URL("../../../node_modules/aws-cdk/db.json.gz", import.meta.url))).toString(),
);

const ofTypes = new Map<string, ReadonlySet<string>>(
  list(at(specification, "schema", "resource", "entities")).map((entity) => [
    String(at(entity, "cloudFormationType")),
    new Set(
      Object.entries(at(entity, "properties") ?? {})
        .filter(([, property]) => at(property, "causesReplacement") !== undefined)
        .map(([name]) => name),
    ),
  ]),
);

/** A name that stands inside another property, and replaces nonetheless. */
const inside: Readonly<Record<string, readonly string[]>> = {
  "AWS::Glue::Database": ["DatabaseInput.Name"],
  "AWS::Glue::Table": ["TableInput.Name"],
};

/**
 * The properties of a type, as paths with dots, of which a change makes CloudFormation put a new resource into the
 * place of the old one: those that may do so, too.
 */
export function replacingProperties(type: string): readonly string[] {
  const own = ofTypes.get(type);
  if (own === undefined) throw new Error(`the resource specification does not know ${type}`);
  return [...own, ...(inside[type] ?? [])];
}
