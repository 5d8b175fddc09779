import { Stack, Validations } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

/**
 * Tells cdk-nag that this grantee may have all objects of these folders. It takes no less than the exact resource,
 * which another stack knows by the name of an export.
 */
export function acknowledgeFolders(
  grantee: IGrantable,
  bucket: Bucket,
  folders: readonly string[],
  reason: string,
): void {
  const principal = grantee.grantPrincipal;
  if (!Construct.isConstruct(principal)) return;
  const own = Stack.of(bucket);
  const seen: unknown =
    Stack.of(principal) === own ? own.resolve(bucket.bucketArn) : own.resolve(own.exportValue(bucket.bucketArn));
  for (const folder of folders) {
    Validations.of(principal).acknowledge({ id: `AwsSolutions-IAM5[Resource::${nagNameOf(seen)}/${folder}*]`, reason });
  }
}

function nagNameOf(reference: unknown): string {
  if (typeof reference !== "object" || reference === null) return String(reference);
  if ("Fn::ImportValue" in reference) return String(reference["Fn::ImportValue"]);
  if ("Fn::GetAtt" in reference && Array.isArray(reference["Fn::GetAtt"])) {
    return `<${reference["Fn::GetAtt"].join(".")}>`;
  }
  return JSON.stringify(reference);
}
