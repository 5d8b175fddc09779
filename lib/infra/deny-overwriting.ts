import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";

/**
 * Denies everybody to write over an object that is there, under some names: an identity policy can't tell a new object
 * from one that is replaced, so that whoever takes over a collector could spoil what is stored. S3 lets a write through
 * only with `If-None-Match`, and then only where nothing has that name. Nobody copies to such a name either.
 *
 * Parts of an upload take no such header, and make no object: the one that puts them together has to have it.
 */
export function denyOverwriting(bucket: Bucket, names: readonly string[]): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ["s3:PutObject"],
      resources: names.map((name) => bucket.arnForObjects(name)),
      conditions: { Null: { "s3:if-none-match": "true" }, Bool: { "s3:ObjectCreationOperation": "true" } },
    }),
  );
}
