import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { mapInParallel } from "../../flow/in-parallel.ts";
import type { SampleFilter } from "../driver.ts";
import { attributeText } from "./layout/attributes.ts";
import {
  keyNames,
  METER_KEY_PREFIX,
  meterIndex,
  meterIndexKey,
  parseMeterKey,
  parseResourcePartition,
  projectIndex,
  projectIndexKey,
  resourcePartition,
  samplePartition,
} from "./layout/keys.ts";
import type { Item } from "./layout/limits.ts";
import { allOf, queryIndex, queryPrefix, queryWithoutProject, scanIndex } from "./pages.ts";

const QUERIES_AT_A_TIME = 8;

/** One partition of the samples table: all samples of a meter on a resource. */
export interface Partition {
  readonly key: string;
  readonly resource: string;
}

/** The partitions that can hold samples of a meter, resource or project, each once, found through the resources table. */
export async function findPartitions(
  client: DynamoDBClient,
  resourcesTable: string,
  { meter, resource, project }: SampleFilter,
): Promise<readonly Partition[]> {
  if (resource !== undefined) return ofResource(resource);
  if (project === null) return ofNoProject();
  if (project !== undefined) {
    const resources = new Set<string>();
    for await (const item of allOf(queryIndex(client, resourcesTable, projectIndex, projectIndexKey(project)))) {
      resources.add(resourceOf(item));
    }
    return (await mapInParallel([...resources], QUERIES_AT_A_TIME, ofResource)).flat();
  }
  return ofMeter();

  function ofMeter(): Promise<readonly Partition[]> {
    return partitionsOf(
      meter === undefined
        ? allOf(scanIndex(client, resourcesTable, meterIndex))
        : allOf(queryIndex(client, resourcesTable, meterIndex, meterIndexKey(meter))),
    );
  }

  /** Metadata versions without a project are in no index, so each resource is asked for one. */
  async function ofNoProject(): Promise<readonly Partition[]> {
    const partitions = await ofMeter();
    const resources = [...new Set(partitions.map((one) => one.resource))];
    const without = await mapInParallel(resources, QUERIES_AT_A_TIME, async (id) => {
      const versions = queryWithoutProject(client, resourcesTable, resourcePartition(id));
      for await (const _ of allOf(versions)) return [id];
      return [];
    });
    const chosen = new Set(without.flat());
    return partitions.filter((one) => chosen.has(one.resource));
  }

  async function ofResource(id: string): Promise<readonly Partition[]> {
    if (meter !== undefined) return [{ key: samplePartition(meter, id), resource: id }];
    return partitionsOf(allOf(queryPrefix(client, resourcesTable, resourcePartition(id), METER_KEY_PREFIX)));
  }
}

// A meter with two units or types has two items and one partition.
async function partitionsOf(meterItems: AsyncIterable<Item>): Promise<readonly Partition[]> {
  const partitions = new Map<string, Partition>();
  for await (const item of meterItems) {
    const meter = parseMeterKey(attributeText(item, keyNames.sort));
    if (meter === undefined) continue;
    const resource = resourceOf(item);
    const key = samplePartition(meter, resource);
    partitions.set(key, { key, resource });
  }
  return [...partitions.values()];
}

function resourceOf(item: Item): string {
  return parseResourcePartition(attributeText(item, keyNames.partition)) ?? "";
}
