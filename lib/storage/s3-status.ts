import { S3ServiceException } from "@aws-sdk/client-s3";

/** The HTTP status of what S3 answered; undefined if it did not answer. */
export function httpStatus(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
