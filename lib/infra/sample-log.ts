import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledgeFolders } from "./acknowledge-folders.ts";
import { denyOverwriting } from "./deny-overwriting.ts";
import { mayGo } from "./may-go.ts";

export interface SampleLogProps {
  /** Days that an object is kept, counted from its writing. @default - for ever */
  readonly retentionDays?: number | undefined;
}

/** The folders that the S3 storage writes below: one for samples and one for events. */
export const logFolders = { samples: "samples/", events: "events/" } as const;

/** The folder of people's decisions about conflicts, apart from the log: they outlive the samples that they are about. */
export const SETTLEMENTS_FOLDER = "settlements/";

/** The object that says which format the log is in. */
const FORMAT_OBJECT = "format.json";

/** The folder that Athena leaves its answers in. */
export const ANSWERS_FOLDER = "athena/";

/** The bucket of the S3 log, and of the answers of those who query it. */
export class SampleLog extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: SampleLogProps = {}) {
    super(scope, id);
    const { retentionDays } = props;
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.S3_MANAGED,
      // The log writes an object once and never again, so versions cost nothing, and a mistaken delete can be undone.
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        { id: "unfinished", abortIncompleteMultipartUploadAfter: Duration.days(7) },
        { id: "deleted", noncurrentVersionExpiration: Duration.days(30) },
        { id: "answers", prefix: ANSWERS_FOLDER, expiration: Duration.days(7) },
        ...(retentionDays === undefined
          ? []
          : Object.values(logFolders).map((prefix) => ({
              id: `retention of ${prefix}`,
              prefix,
              expiration: Duration.days(retentionDays),
            }))),
      ],
    });
    mayGo(this.bucket);
    denyOverwriting(this.bucket, [
      ...[...Object.values(logFolders), SETTLEMENTS_FOLDER].map((folder) => `${folder}*`),
      FORMAT_OBJECT,
    ]);
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "access logs of a bucket that one role only adds to would cost more requests than the log itself; CloudTrail data events can be switched on",
    });
  }

  /** The URL that `openStorage` takes. */
  get url(): string {
    return `s3://${this.bucket.bucketName}/`;
  }

  /**
   * Adding objects to the log's two folders, and its format, which alone can be read: a conditional put needs no right to
   * read.
   */
  grantWrite(grantee: IGrantable): Grant {
    return this.#grantObjects(grantee, "s3:PutObject", Object.values(logFolders)).combine(
      Grant.addToPrincipal({
        grantee,
        actions: ["s3:GetObject", "s3:PutObject"],
        resourceArns: [this.bucket.arnForObjects(FORMAT_OBJECT)],
      }),
    );
  }

  /** Exactly the calls that the driver's reading makes. */
  grantRead(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ["s3:ListBucket"], resourceArns: [this.bucket.bucketArn] })
      .combine(this.#grantObjects(grantee, "s3:GetObject", [...Object.values(logFolders), SETTLEMENTS_FOLDER]))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: ["s3:GetObject"],
          resourceArns: [this.bucket.arnForObjects(FORMAT_OBJECT)],
        }),
      );
  }

  /** The calls that the driver's `settle` makes beside reading. */
  grantSettle(grantee: IGrantable): Grant {
    return this.#grantObjects(grantee, "s3:PutObject", [SETTLEMENTS_FOLDER]);
  }

  #grantObjects(grantee: IGrantable, action: string, folders: readonly string[]): Grant {
    acknowledgeFolders(grantee, this.bucket, folders, "an object is named after the hash of its content");
    return Grant.addToPrincipal({
      grantee,
      actions: [action],
      resourceArns: folders.map((folder) => this.bucket.arnForObjects(`${folder}*`)),
    });
  }
}
