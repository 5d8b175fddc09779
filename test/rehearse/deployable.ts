import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isObject, type Json, parseJson } from "./json.ts";
import { readTemplates, type Templates } from "./templates.ts";

/**
 * A copy of the assembly that moto can deploy: it makes no secrets, so references to them become the ARN of one
 * that is there already; it retains only what is to be retained without an exception; and it does not know how to
 * protect a stack. All else stays as it was synthesized.
 *
 * @param folder for the copy; made if it is absent
 */
export function deployable(templates: Templates, folder: string, secretArn: string): Templates {
  cpSync(templates.folder, folder, { recursive: true });
  const secrets = new Set(templates.ofType("AWS::SecretsManager::Secret").map(({ logicalId }) => logicalId));
  const replaced = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(replaced);
    if (!isObject(value)) return value;
    if (value.DeletionPolicy === "RetainExceptOnCreate") return replaced({ ...value, DeletionPolicy: "Retain" });
    if (value.terminationProtection === true) return replaced({ ...value, terminationProtection: false });
    if (typeof value.Ref === "string" && secrets.has(value.Ref)) return secretArn;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaced(item)]));
  };
  for (const file of [...templates.files, join(templates.folder, "manifest.json")]) {
    const content = parseJson(readFileSync(file, "utf8")) ?? null;
    writeFileSync(join(folder, basename(file)), JSON.stringify(replaced(content), undefined, 1));
  }
  return readTemplates(folder);
}
