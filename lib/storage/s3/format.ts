import { GetObjectCommand } from "@aws-sdk/client-s3";
import { httpStatus } from "../../aws/service-error.ts";
import { FORMAT, NewerFormat } from "../format.ts";
import { putOnce, type S3Place } from "./write.ts";

/** The object, below the prefix, that says which format the log is in. */
const FORMAT_OBJECT = "format.json";

/** Throws NewerFormat for a log that a later release has taken over; format 1 has left no mark. */
export async function expectFormat(place: S3Place): Promise<void> {
  await isMarked(place, [404]);
}

/** Marks the log as of our format where it has no mark. One call, and two more in a log's life. */
export async function markFormat(place: S3Place): Promise<void> {
  // S3 answers 403 for an object that is not there to a client that may not list the bucket.
  if (await isMarked(place, [403, 404])) return;
  await putOnce(place, place.prefix + FORMAT_OBJECT, `{"format":${FORMAT}}\n`);
  // Somebody else may have been quicker, a later release among them.
  await isMarked(place, []);
}

async function isMarked({ client, bucket, prefix }: S3Place, absent: readonly number[]): Promise<boolean> {
  const key = prefix + FORMAT_OBJECT;
  let text: string;
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    text = (await answer.Body?.transformToString()) ?? "";
  } catch (error) {
    if (absent.includes(httpStatus(error) ?? 0) && !isNoBucket(error)) return false;
    throw error;
  }
  const found = /^\{"format":([0-9]+)\}$/.exec(text.trim())?.[1];
  if (found === undefined) throw new Error(`s3://${bucket}/${key} says no format: was it written by something else?`);
  if (Number(found) > FORMAT) throw new NewerFormat(`the log s3://${bucket}/${prefix}`, found);
  return true;
}

function isNoBucket(error: unknown): boolean {
  return error instanceof Error && error.name === "NoSuchBucket";
}
