import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { putObject } from "../../aws/put-object.ts";
import { httpStatus } from "../../aws/service-error.ts";
import { backoff } from "../../flow/backoff.ts";
import { mapInParallel } from "../../flow/in-parallel.ts";
import { contentDigest } from "../../sample/content.ts";
import { identity } from "../../sample/identity.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { Stored } from "../driver.ts";
import { toRow } from "../rows/record-row.ts";
import { objectKey, partitionOf } from "./keys.ts";

export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  /** Empty, or ends with "/". */
  readonly prefix: string;
}

/** A batch seldom spans more hours; a backlog that does must not take all connections. */
const PARALLEL_PUTS = 4;

/** S3 answers 409 while another writer of the same key is at work, and asks for the upload again. */
const MAX_ATTEMPTS = 5;
/** An upload of some MB takes well under a second. */
const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 1_000;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

const RECORDED: Stored = { kind: "recorded" };
const compressed = promisify(gzip);

/** One object for each hour that the records are from. A put that fails fails the records of that hour alone. */
export async function writeHours(place: S3Place, records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
  const partitions = records.map((record) => partitionOf(place.prefix, record));
  const hours = Array.from(new Set(partitions));
  const answers = await mapInParallel(hours, PARALLEL_PUTS, (hour) => {
    return writeHour(
      place,
      hour,
      records.filter((_, index) => partitions[index] === hour),
    );
  });
  return partitions.map((partition) => answers[hours.indexOf(partition)] ?? RECORDED);
}

async function writeHour(place: S3Place, partition: string, records: readonly MeteringRecord[]): Promise<Stored> {
  const rows = new Map(records.map((record) => [identity(record) + contentDigest(record), `${toRow(record)}\n`]));
  // In the order of identity and content, so that a batch tried again in another order is the same object.
  const content = Array.from(rows.keys())
    .sort()
    .map((id) => rows.get(id))
    .join("");
  try {
    await putOnce(place, objectKey(partition, content), await compressed(content), "application/gzip");
    return RECORDED;
  } catch (cause) {
    return { kind: "failed", cause };
  }
}

/** Puts an object whose name is the digest of its content. */
export async function putOnce(
  { client, bucket }: S3Place,
  key: string,
  body: Uint8Array | string,
  type = "application/json",
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await putObject(client, { bucket, key, body: Buffer.from(body), contentType: type });
    } catch (error) {
      if (httpStatus(error) !== 409 || attempt === MAX_ATTEMPTS) throw error;
      await sleep(pauseAfter(attempt));
    }
  }
}
