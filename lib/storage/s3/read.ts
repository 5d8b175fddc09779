import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { GetObjectCommand, InvalidObjectState, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { expectListing } from "../../aws/expect-listing.ts";
import { httpStatus } from "../../aws/service-error.ts";
import { mapInParallel } from "../../flow/in-parallel.ts";
import { errorMessage } from "../../log/error-message.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { TimeRange } from "../driver.ts";
import type { Copies } from "../rows/contents.ts";
import { recordsIn } from "../rows/json-lines.ts";
import { byIdentity } from "../rows/newest-first.ts";
import { type ReadRow, rowReader } from "../rows/record-row.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { dayOverlaps, folderOf, hoursOf, wholeObject } from "./keys.ts";
import type { S3Place } from "./write.ts";

export interface Reading<Kind extends MeteringRecord> extends TimeRange {
  readonly kind: Kind["kind"];
  readonly matches: (record: MeteringRecord) => record is Kind;
  readonly onUnreadable?: OnUnreadable | undefined;
}

/** How many objects of one hour are read at a time: together they are in memory, some MB each at most. */
const PARALLEL_GETS = 8;

const decompressed = promisify(gunzip);

/**
 * Reads hour after hour from the newest on, and no further than the caller goes. One identity has one time and so lies
 * in one hour: that is as far as its other rows have to be looked for.
 */
export async function* readHours<Kind extends MeteringRecord>(
  place: S3Place,
  reading: Reading<Kind>,
): AsyncGenerator<Copies<Kind>> {
  const readRow = rowReader();
  for await (const keys of hoursFromNewest(place, reading)) {
    const found = await mapInParallel(keys, PARALLEL_GETS, (key) => matchingIn(place, key, readRow, reading));
    yield* byIdentity(found.flat());
  }
}

async function* hoursFromNewest<Kind extends MeteringRecord>(
  place: S3Place,
  reading: Reading<Kind>,
): AsyncGenerator<readonly string[]> {
  const { client, bucket: Bucket, prefix } = place;
  const days: string[] = [];
  const folder = { Bucket, Prefix: folderOf(prefix, reading.kind), Delimiter: "/" };
  for await (const page of paginateListObjectsV2({ client }, folder)) {
    expectListing(page);
    for (const { Prefix: day } of page.CommonPrefixes ?? []) {
      if (day !== undefined && dayOverlaps(day, reading)) days.push(day);
    }
  }
  for (const day of days.sort().reverse()) {
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix: day })) {
      expectListing(page);
      for (const { Key: key } of page.Contents ?? []) if (key !== undefined) keys.push(key);
    }
    yield* hoursOf(keys, reading);
  }
}

async function matchingIn<Kind extends MeteringRecord>(
  place: S3Place,
  key: string,
  readRow: ReadRow,
  { matches, onUnreadable }: Reading<Kind>,
): Promise<readonly Kind[]> {
  const content = await contentOf(place, key, onUnreadable);
  const matching: Kind[] = [];
  for await (const record of recordsIn([content], `s3://${place.bucket}/${key}`, readRow, onUnreadable)) {
    if (matches(record)) matching.push(record);
  }
  return matching;
}

async function contentOf(
  { client, bucket }: S3Place,
  key: string,
  onUnreadable: OnUnreadable | undefined,
): Promise<Uint8Array> {
  let body: Uint8Array;
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    // Expired or deleted since it was listed.
    if (httpStatus(error) === 404) return new Uint8Array();
    if (!(error instanceof InvalidObjectState) || onUnreadable === undefined) throw error;
    // A lifecycle rule has put it away, where nothing reads it before it is restored. Its neighbours are there.
    onUnreadable(key, "it is archived: restore it first", wholeObject(bucket, key));
    return new Uint8Array();
  }
  try {
    return await decompressed(body);
  } catch (error) {
    onUnreadable?.(key, errorMessage(error), wholeObject(bucket, key));
    return new Uint8Array();
  }
}
