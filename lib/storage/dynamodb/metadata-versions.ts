import { BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LruCache } from "../../flow/lru-cache.ts";
import { isValueMap, type ValueMap } from "../../sample/value.ts";
import { attributeText, DamagedItem, exactMap } from "./layout/attributes.ts";
import { BODY_ATTRIBUTE, keyNames, resourcePartition, versionKey } from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import type { MetadataVersion } from "./layout/sample-items.ts";
import { keyOf } from "./put-items.ts";
import { type Patience, untilDone } from "./retry.ts";

/** BatchGetItem takes so many keys. */
const MAX_KEYS = 100;
/** Characters of metadata kept in memory between reads. */
const MAX_REMEMBERED = 16 * 1024 * 1024;

/** Reads metadata versions of a resource; those it has not got are missing from the answer. */
export type ReadVersions = (
  resource: string,
  hashes: readonly Uint8Array[],
) => Promise<ReadonlyMap<string, MetadataVersion | DamagedItem>>;

/** Makes a reader that remembers: most samples of a resource point to one version. Answers by `versionKey`. */
export function versionReader(client: DynamoDBClient, table: string, patience: () => Patience): ReadVersions {
  const recent = new LruCache<MetadataVersion>(MAX_REMEMBERED);

  /** Of at most `MAX_KEYS`. */
  async function fetch(keys: readonly Item[]): Promise<readonly Item[]> {
    const found: Item[] = [];
    let left = keys;
    const cause = await untilDone(async (abortSignal) => {
      // Consistent, because a version may have been written just before the sample that we have read.
      const RequestItems = { [table]: { Keys: [...left], ConsistentRead: true } };
      const answer = await client.send(new BatchGetItemCommand({ RequestItems }), { abortSignal });
      if (answer.Responses === undefined || answer.UnprocessedKeys === undefined) {
        return new Error("the answer does not say what was read, and what was not");
      }
      found.push(...Object.values(answer.Responses).flat());
      left = Object.values(answer.UnprocessedKeys).flatMap(({ Keys }) => Keys ?? []);
      return left.length === 0 ? undefined : new Error(`DynamoDB left ${left.length} keys of a batch unread`);
    }, patience());
    if (cause !== undefined) throw cause;
    return found;
  }

  return async (resource, hashes) => {
    const versions = new Map<string, MetadataVersion | DamagedItem>();
    const missing = new Map<string, Item>();
    const partition = resourcePartition(resource);
    for (const sort of new Set(hashes.map(versionKey))) {
      const key = { [keyNames.partition]: { S: partition }, [keyNames.sort]: { S: sort } };
      const known = recent.get(keyOf(key));
      if (known === undefined) missing.set(sort, key);
      else versions.set(sort, known);
    }
    const keys = [...missing.values()];
    for (let start = 0; start < keys.length; start += MAX_KEYS) {
      for (const item of await fetch(keys.slice(start, start + MAX_KEYS))) {
        const version = versionOrDamage(item);
        versions.set(attributeText(item, keyNames.sort), version);
        if (version instanceof DamagedItem) continue;
        recent.set(keyOf(item), version, attributeText(item, BODY_ATTRIBUTE).length);
      }
    }
    return versions;
  };
}

/** Damage belongs to the samples that point to it: others of the same page can be read. */
function versionOrDamage(item: Item): MetadataVersion | DamagedItem {
  try {
    return toVersion(item);
  } catch (error) {
    if (error instanceof DamagedItem) return error;
    throw error;
  }
}

/** The metadata version that an item holds. */
export function toVersion(item: Item): MetadataVersion {
  const fields = exactMap(item, BODY_ATTRIBUTE);
  const damaged = new DamagedItem(item, BODY_ATTRIBUTE);
  const source = fields.get("source");
  const metadata = fields.get("resource_metadata");
  if (typeof source !== "string" || (metadata !== null && !isValueMap(metadata))) throw damaged;
  return {
    source,
    user_id: textOrNull(fields, "user_id", damaged),
    user_name: fields.has("user_name") ? textOrNull(fields, "user_name", damaged) : undefined,
    project_id: textOrNull(fields, "project_id", damaged),
    project_name: fields.has("project_name") ? textOrNull(fields, "project_name", damaged) : undefined,
    resource_metadata: metadata,
  };
}

function textOrNull(fields: ValueMap, name: string, damaged: DamagedItem): string | null {
  const value = fields.get(name);
  if (typeof value === "string" || value === null) return value;
  throw damaged;
}
