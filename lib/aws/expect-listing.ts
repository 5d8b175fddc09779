import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";

/** Throws unless this is a page of a listing: what is not S3 may answer, too, and an empty answer is no empty bucket. */
export function expectListing({ IsTruncated: isTruncated }: ListObjectsV2CommandOutput): void {
  if (isTruncated === undefined) throw new Error("the answer to a listing of S3 is no listing");
}
