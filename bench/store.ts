import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import type { MeteringRecord } from "../lib/sample/sample.ts";
import type { StorageDriver } from "../lib/storage/driver.ts";
import { openDynamoDb } from "../lib/storage/dynamodb/dynamodb.ts";
import { openFileLog } from "../lib/storage/file/file.ts";
import { openS3Log } from "../lib/storage/s3/s3.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { startAnswering } from "./answering.ts";
import { capturedMaps, captureJudge, freshDatagrams, judged } from "./fresh-samples.ts";
import { hmacAlone } from "./hmac-alone.ts";
import type { Result } from "./result.ts";
import { inRounds, type Step } from "./rounds.ts";
import { AT_A_TIME, BATCH, storeAll } from "./store-all.ts";

const ROUNDS = 9;
const SAMPLES = 6_000;
const FLOOR = "HMAC alone";

/**
 * What storing a sample takes of our processor, by storage: batches of 250, four at a time, against a server in another
 * process that answers at once. Beside it Node's own HMAC of the sample's text, in the same rounds.
 */
export async function store(): Promise<Result> {
  const folder = await temporaryFolder();
  const { aws, stop } = await startAnswering();
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
  stop();
  await folder.remove();
  return {
    bench: "store",
    title: `batches of ${BATCH}, ${AT_A_TIME} at a time, ${ROUNDS} rounds of ${SAMPLES} samples, Node ${process.versions.node}`,
    figures: figures.filter(({ name }) => name !== ""),
    floor: FLOOR,
  };
}
