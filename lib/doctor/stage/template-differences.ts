/** A template of CloudFormation, as far as it is looked at. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The name of a file or an image, by what is in it: another build, not another setting. */
const ASSET = /[0-9a-f]{64}/g;
/** What says nothing to CloudFormation. */
const SAYS_NOTHING: readonly string[] = ["Metadata"];

/**
 * Where a deployed template differs from one that would be deployed, by resource: `Queue1234.Properties.KmsMasterKeyId`. What
 * the code's bundles are called is left out.
 *
 * @throws SyntaxError for what is no JSON
 */
export function templateDifferences(deployed: string, made: string): readonly string[] {
  const [one, other] = [resourcesOf(deployed), resourcesOf(made)];
  const ids = Array.from(new Set([...Object.keys(one), ...Object.keys(other)])).sort();
  return ids.flatMap((id) => {
    if (one[id] === undefined) return [`${id} is not deployed`];
    if (other[id] === undefined) return [`${id} is deployed, and would be removed`];
    return differences(one[id], other[id], id);
  });
}

function resourcesOf(text: string): Readonly<Record<string, Json>> {
  const template: unknown = JSON.parse(text.replaceAll(ASSET, "ASSET"));
  if (!isObject(template) || !isObject(template.Resources)) throw new SyntaxError("it is no template");
  return Object.fromEntries(Object.entries(template.Resources).filter(([id]) => id !== "CDKMetadata"));
}

function differences(one: Json | undefined, other: Json | undefined, path: string): readonly string[] {
  if (!isObject(one) || !isObject(other)) return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
  const names = Array.from(new Set([...Object.keys(one), ...Object.keys(other)])).sort();
  return names
    .filter((name) => !SAYS_NOTHING.includes(name))
    .flatMap((name) => differences(one[name], other[name], `${path}.${name}`));
}

function isObject(value: unknown): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
