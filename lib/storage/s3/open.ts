import { S3Client } from "@aws-sdk/client-s3";
import { bounded } from "../../aws/bounded-client.ts";
import { callLimits, clientOptions, isLocal } from "../../aws/client-options.ts";
import { createBucket } from "../../aws/s3-bucket.ts";
import { shownEndpoint } from "../endpoint-parameters.ts";
import { prepared } from "../prepared.ts";
import type { OpenedStorage, OpenOptions } from "../storage-kind.ts";
import type { S3Place } from "./place.ts";
import { openS3Log } from "./s3.ts";

export async function openBucket(
  place: S3Place,
  { readOnly = false, onUnreadable }: OpenOptions,
): Promise<OpenedStorage> {
  const { bucket, prefix } = place;
  const client = bounded(new S3Client({ ...clientOptions(place), forcePathStyle: isLocal(place) }), callLimits.storage);
  const driver = openS3Log({ client, bucket, prefix, ...(onUnreadable && { onUnreadable }) });
  if (readOnly) return { ok: true, driver };
  // On AWS the look at the format says whether the bucket is there; to ask for the bucket takes the right to list it.
  const preparation = isLocal(place) ? createBucket(client, bucket).then(driver.prepare) : driver.prepare();
  return prepared(driver, preparation, `the bucket ${bucket}${shownEndpoint(place)}`);
}
