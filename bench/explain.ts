import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { type ExplainQuery, explain } from "../lib/query/explain/explain.ts";
import { defaultRules } from "../lib/query/rules.ts";
import type { StorageDriver } from "../lib/storage/driver.ts";
import { openDynamoDb } from "../lib/storage/dynamodb/dynamodb.ts";
import { openFileLog } from "../lib/storage/file/file.ts";
import { openMemory } from "../lib/storage/memory/memory.ts";
import { openS3Log } from "../lib/storage/s3/s3.ts";
import { monthFrom, monthOfOneResource, monthTo } from "../test/query/month-of-one-resource.ts";
import { startDynamoDb } from "../test/support/dynamodb-server.ts";
import { startS3Server } from "../test/support/s3-server.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { median } from "./median.ts";

/**
 * What it takes to explain a month of one resource: the query alone, over an opened storage, the first time in a process
 * and in the rounds after the compiler has worked; and the processor time of these, of which other processes take none.
 * Servers are in the same process, and so is their time. Without an argument, each storage has a process of its own.
 */
const [ROUNDS, WARMING] = [25, 10];

const query: ExplainQuery = { meter: "m", by: [], from: monthFrom, to: monthTo, rules: defaultRules };

const storages: Readonly<Record<string, () => Promise<void>>> = {
  memory: () => measure(openMemory()),
  async file() {
    const folder = await temporaryFolder();
    await measure(openFileLog({ path: join(folder.path, "samples.jsonl") }));
    await folder.remove();
  },
  async dynamodb() {
    const server = await startDynamoDb();
    await measure(openDynamoDb({ client: server.client(), table: await server.freshTable() }));
    await server.close();
  },
  async s3() {
    const server = await startS3Server();
    const client = server.client();
    await client.send(new CreateBucketCommand({ Bucket: "explain" }));
    await measure(openS3Log({ client, bucket: "explain", prefix: "log" }));
    await server.close();
  },
};

const [, program = "", name] = process.argv;
if (name === undefined) {
  console.log(`4,320 samples, ${ROUNDS} rounds, Node ${process.versions.node}`);
  console.log("ms          the first   median  (least to most)   of processor time");
  for (const one of Object.keys(storages)) {
    execFileSync(process.execPath, [...process.execArgv, program, one], { stdio: "inherit" });
  }
} else await storages[name]?.();

async function measure(storage: StorageDriver): Promise<void> {
  const stored = await storage.record(monthOfOneResource("cumulative"));
  if (!stored.every(({ kind }) => kind === "recorded")) throw new Error("not all was recorded");
  const times: number[] = [];
  const processor: number[] = [];
  for (let round = 0; round < WARMING + ROUNDS; round++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const explained = await explain(storage, query);
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - start);
    processor.push((user + system) / 1_000);
    if (explained.kind !== "explained") throw new Error("there is not one row");
  }
  await storage.close();
  const [first = 0] = times;
  const warm = times.slice(WARMING);
  const spread = `(${Math.min(...warm).toFixed(0)} to ${Math.max(...warm).toFixed(0)})`;
  console.log(
    [
      name?.padEnd(10),
      first.toFixed(0).padStart(10),
      median(warm).toFixed(0).padStart(8),
      spread.padStart(16),
      median(processor.slice(WARMING)).toFixed(0).padStart(18),
    ].join(" "),
  );
}
