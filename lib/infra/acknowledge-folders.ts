import { Stack, Validations } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

/** Tells cdk-nag that this grantee, of the bucket's own stack, may have all objects of these folders. It takes no less than the exact resource. */
export function acknowledgeFolders(
  grantee: IGrantable,
  bucket: Bucket,
  folders: readonly string[],
  reason: string,
): void {
  const principal = grantee.grantPrincipal;
  if (!Construct.isConstruct(principal)) return;
  const seen: unknown = Stack.of(bucket).resolve(bucket.bucketArn);
  for (const folder of folders) {
    Validations.of(principal).acknowledge({ id: `AwsSolutions-IAM5[Resource::${nagNameOf(seen)}/${folder}*]`, reason });
  }
}

function nagNameOf(reference: unknown): string {
  if (typeof reference !== "object" || reference === null) return String(reference);
  if ("Fn::GetAtt" in reference && Array.isArray(reference["Fn::GetAtt"])) {
    return `<${reference["Fn::GetAtt"].join(".")}>`;
  }
  return JSON.stringify(reference);
}
