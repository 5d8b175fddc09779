import { CreateBucketCommand, HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { httpStatus } from "./service-error.ts";

/** Makes a bucket where there is none. For endpoints on this machine: real buckets come from the stack. */
export async function createBucket(client: S3Client, bucket: string): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return;
  } catch (error) {
    if (httpStatus(error) !== 404) throw error;
  }
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    // Somebody else was quicker.
    if (httpStatus(error) !== 409) throw error;
  }
}
