import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledgeFolders } from "./acknowledge-folders.ts";
import { denyOverwriting } from "./deny-overwriting.ts";

/** The one folder of the bucket. */
const FOLDER = "quarantine/";

/** For the owner to notice, to add a key or a dialect, and to replay. */
const KEPT = Duration.days(30);

/**
 * Where rejected messages wait until somebody has looked. A bucket of its own: what outsiders sent does not lie
 * beside what was proved genuine, and there is one also without a log.
 */
export class QuarantineBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.S3_MANAGED,
      // No versions: what was replayed or thrown away should be gone.
      lifecycleRules: [{ id: "kept for a time", expiration: KEPT }],
      // A good sample with a key that nobody had added yet may be among them.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    denyOverwriting(this.bucket, [`${FOLDER}*`]);
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "collectors only add to it, and an access log would be one more place that outsiders can fill",
    });
  }

  /** The URL that `openQuarantine` takes. */
  get url(): string {
    return `s3://${this.bucket.bucketName}/${FOLDER.slice(0, -1)}`;
  }

  /** Adding to it, and nothing else: whoever takes over a collector can't make anything vanish. */
  grantKeep(grantee: IGrantable): Grant {
    return this.#grantObjects(grantee, "s3:PutObject");
  }

  /** Looking through it, and removing what was replayed. */
  grantTend(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ["s3:ListBucket"],
      resourceArns: [this.bucket.bucketArn],
    }).combine(this.#grantObjects(grantee, "s3:GetObject", "s3:DeleteObject"));
  }

  #grantObjects(grantee: IGrantable, ...actions: string[]): Grant {
    acknowledgeFolders(grantee, this.bucket, [FOLDER], "a message is kept under the hash of its content");
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.bucket.arnForObjects(`${FOLDER}*`)] });
  }
}
