import { parseArgs } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Judge } from "../lib/judge/judge.ts";
import type { ValueMap } from "../lib/sample/value.ts";
import type { StorageDriver } from "../lib/storage/driver.ts";
import { openDynamoDb } from "../lib/storage/dynamodb/dynamodb.ts";
import { garbageCollector, heldBytes } from "../test/support/garbage.ts";
import { type Answering, startAnswering } from "./answering.ts";
import { capturedMaps, captureJudge, judged } from "./fresh-samples.ts";
import { pollOf } from "./many-resources.ts";
import { median } from "./median.ts";
import { putsOf } from "./puts.ts";
import { storeAll } from "./store-all.ts";

/**
 * Prints what a sample takes of our processor, from its datagram into DynamoDB, by how many resources there are: in the
 * first round all of them are new, the second is measured. Between its parts the fewest resources are polled, by a collector
 * of their own, so that both saw the same machine.
 */
const PART = 5_000;
const FEWEST = 1_000;
/** Parts that are measured at least; each is one poll of the fewest. */
const PARTS = 12;

const { values } = parseArgs({ options: { resources: { type: "string", multiple: true } } });
const sizes = values.resources?.map(Number) ?? [FEWEST, 10_000, 100_000, 1_000_000];

interface Collector {
  readonly judge: Judge;
  readonly driver: StorageDriver;
  /** Items put so far that are no samples. */
  prerequisites(): number;
}

function collectorOn({ aws }: Answering): Collector {
  const client = new DynamoDBClient(aws);
  const puts = putsOf(client);
  return {
    judge: captureJudge(),
    driver: openDynamoDb({ client, table: "bench" }),
    prerequisites: () => puts.get("bench-resources") ?? 0,
  };
}

const captures: readonly ValueMap[] = capturedMaps();
const collectGarbage = garbageCollector();
let time = Date.UTC(2026, 0, 1);

/** @returns microseconds of this process's time a sample; making the datagrams is not in it */
async function polled({ judge, driver }: Collector, first: number, count: number): Promise<number> {
  time += 1_000;
  const datagrams = pollOf(captures, first, count, time);
  const before = process.cpuUsage();
  await storeAll(driver, judged(judge, datagrams));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

async function poll(collector: Collector, resources: number): Promise<readonly number[]> {
  const micros: number[] = [];
  for (let first = 0; first < resources; first += PART) {
    micros.push(await polled(collector, first, Math.min(PART, resources - first)));
  }
  return micros;
}

/** In a function of its own, as whatever one size has left behind would count as another's memory. */
async function measured(server: Answering, resources: number): Promise<string> {
  const few = collectorOn(server);
  for (let part = 0; part < PARTS; part++) await poll(few, FEWEST);
  const held = heldBytes(collectGarbage);
  const many = collectorOn(server);
  await poll(many, resources);
  const written = many.prerequisites();
  const micros: number[] = [];
  const beside: number[] = [];
  while (micros.length < PARTS || micros.length * PART < resources) {
    for (let first = 0; first < resources; first += PART) {
      micros.push(await polled(many, first, Math.min(PART, resources - first)));
      beside.push(median(await poll(few, FEWEST)));
    }
  }
  const again = many.prerequisites() - written;
  const megabytes = (heldBytes(collectGarbage) - held) / 1_000_000;
  await Promise.all([few.driver.close(), many.driver.close()]);
  const spread = `(${Math.min(...micros).toFixed(1)} to ${Math.max(...micros).toFixed(1)})`;
  return [
    resources.toLocaleString("en").padStart(9),
    `${median(micros).toFixed(1)} ${spread}`.padStart(22),
    `${(median(micros) / median(beside)).toFixed(2)} ×`.padStart(16),
    again.toLocaleString("en").padStart(13),
    `${megabytes.toFixed(0)} MB`.padStart(8),
  ].join("  ");
}

const server = await startAnswering();
console.log(`Node ${process.versions.node}; parts of ${PART} samples; in brackets the least and the most of them`);
console.log("resources            µs a sample   of that at 1,000   written again   memory");
for (const resources of sizes) console.log(await measured(server, resources));
server.stop();
