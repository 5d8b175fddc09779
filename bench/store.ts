import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { mapInParallel } from "../lib/flow/in-parallel.ts";
import type { MeteringRecord } from "../lib/sample/sample.ts";
import type { StorageDriver } from "../lib/storage/driver.ts";
import { openDynamoDb } from "../lib/storage/dynamodb/dynamodb.ts";
import { openFileLog } from "../lib/storage/file/file.ts";
import { openS3Log } from "../lib/storage/s3/s3.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { capturedMaps, captureJudge, freshDatagrams, judged } from "./fresh-samples.ts";
import { hmacAlone } from "./hmac-alone.ts";
import type { Result } from "./result.ts";
import { inRounds, type Step } from "./rounds.ts";

const ROUNDS = 9;
const SAMPLES = 6_000;
const BATCH = 250;
const AT_A_TIME = 4;
const FLOOR = "HMAC alone";

/**
 * What storing a sample takes of our processor, by storage: batches of 250, four at a time, against a server in another
 * process that answers at once. Beside it Node's own HMAC of the sample's text, in the same rounds.
 */
export async function store(): Promise<Result> {
  const folder = await temporaryFolder();
  const server = await startServer();
  const aws = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
  };
  const drivers: readonly StorageDriver[] = [
    openFileLog({ path: join(folder.path, "samples.jsonl") }),
    openS3Log({ client: new S3Client({ ...aws, forcePathStyle: true }), bucket: "bench" }),
    openDynamoDb({ client: new DynamoDBClient(aws), table: "bench" }),
  ];
  const captures = capturedMaps();
  const judge = captureJudge();
  let since = Date.now();
  /** Made before a round is measured. */
  let records: readonly MeteringRecord[] = [];
  const fresh: Step = {
    name: "",
    run() {
      records = judged(judge, freshDatagrams(captures, SAMPLES, since));
      since += 2 * SAMPLES;
      return SAMPLES;
    },
  };
  const storing = drivers.flatMap((driver): Step[] => [
    fresh,
    { name: driver.name, run: () => storeAll(driver, records).then(() => SAMPLES) },
  ]);
  const figures = await inRounds([{ name: FLOOR, run: hmacAlone(captures) }, ...storing], {
    rounds: ROUNDS,
    warmUp: 2,
  });
  await Promise.all(drivers.map((driver) => driver.close()));
  server.stop();
  await folder.remove();
  return {
    bench: "store",
    title: `batches of ${BATCH}, ${AT_A_TIME} at a time, ${ROUNDS} rounds of ${SAMPLES} samples, Node ${process.versions.node}`,
    figures: figures.filter(({ name }) => name !== ""),
    floor: FLOOR,
  };
}

async function startServer(): Promise<{ readonly port: string; stop(): void }> {
  const script = fileURLToPath(new URL("answering-server.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data");
  return { port: String(port).trim(), stop: () => void child.stdin.end() };
}

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
