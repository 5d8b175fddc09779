import { spawn } from "node:child_process";
import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { mapInParallel } from "../lib/flow/in-parallel.ts";
import type { MeteringRecord } from "../lib/sample/sample.ts";
import { canonicalText } from "../lib/signature/legacy/canonical-text.ts";
import { digest } from "../lib/signature/legacy/sign.ts";
import type { StorageDriver } from "../lib/storage/driver.ts";
import { openDynamoDb } from "../lib/storage/dynamodb/dynamodb.ts";
import { openFileLog } from "../lib/storage/file/file.ts";
import { openS3Log } from "../lib/storage/s3/s3.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { captureSecret } from "./captures.ts";
import { capturedMaps, captureJudge, freshDatagrams, judged } from "./fresh-samples.ts";
import { median } from "./median.ts";

/**
 * What storing a sample takes of our processor, by storage: batches of 250, four at a time, against a server in another
 * process that answers at once. Beside it Node's own HMAC of the sample's text, in the same rounds.
 */
const ROUNDS = 9;
const WARM_UP = 2;
const SAMPLES = 6_000;
const BATCH = 250;
const AT_A_TIME = 4;

const folder = await temporaryFolder();
const server = spawn(
  process.execPath,
  ["--import", "tsx", fileURLToPath(new URL("answering-server.ts", import.meta.url))],
  {
    stdio: ["pipe", "pipe", "inherit"],
  },
);
const [port] = await once(server.stdout, "data");
const aws = {
  endpoint: `http://127.0.0.1:${String(port).trim()}`,
  region: "us-east-1",
  credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
};
const drivers: readonly StorageDriver[] = [
  openFileLog({ path: join(folder.path, "samples.jsonl") }),
  openS3Log({ client: new S3Client({ ...aws, forcePathStyle: true }), bucket: "bench" }),
  openDynamoDb({ client: new DynamoDBClient(aws), table: "bench" }),
];

const captures = capturedMaps();
const secret = createSecretKey(Buffer.from(captureSecret));
const texts = captures.map((map) => {
  const canonical = canonicalText(map, "py3");
  if (canonical.kind !== "text") throw new Error("a capture has no canonical text");
  return canonical.text;
});
const judge = captureJudge();
const measured = new Map<string, number[]>();

for (let round = 0; round < ROUNDS + WARM_UP; round++) {
  await measure("HMAC alone", round, () => {
    for (let index = 0; index < SAMPLES; index++) digest(texts[index % texts.length] ?? "", secret);
  });
  for (const driver of drivers) {
    const records = judged(judge, freshDatagrams(captures, SAMPLES, Date.now() + round * 1_000_000));
    await measure(driver.name, round, () => storeAll(driver, records));
  }
}
const floor = median(measured.get("HMAC alone") ?? []);
console.log(
  `batches of ${BATCH}, ${AT_A_TIME} at a time, ${ROUNDS} rounds of ${SAMPLES} samples, Node ${process.versions.node}`,
);
console.log("µs of our processor a sample  median  (least to most)  of the HMAC alone");
for (const [name, figures] of measured) {
  const spread = `(${Math.min(...figures).toFixed(1)} to ${Math.max(...figures).toFixed(1)})`;
  const middle = median(figures);
  console.log(
    `${name.padEnd(28)} ${middle.toFixed(2).padStart(7)} ${spread.padStart(16)} ${(middle / floor).toFixed(2).padStart(14)} ×`,
  );
}
await Promise.all(drivers.map((driver) => driver.close()));
server.stdin.end();
await folder.remove();

async function storeAll(driver: StorageDriver, records: readonly MeteringRecord[]): Promise<void> {
  const batches = Array.from({ length: records.length / BATCH }, (_, index) =>
    records.slice(index * BATCH, (index + 1) * BATCH),
  );
  await mapInParallel(batches, AT_A_TIME, async (batch) => {
    for (const stored of await driver.record(batch)) {
      if (stored.kind !== "recorded")
        throw new Error(`${driver.name} did not record: ${JSON.stringify(stored)}`, { cause: stored });
    }
  });
}

async function measure(name: string, round: number, work: () => void | Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  // The first rounds warm the compiler up.
  if (round < WARM_UP) return;
  measured.set(name, [...(measured.get(name) ?? []), (user + system) / SAMPLES]);
}
