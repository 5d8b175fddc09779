import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";

/** Under which the generated secret stands; further ones are added by hand. */
const FIRST_KEY_ID = "current";

/** 48 letters and digits carry 285 bits: more than the HMAC's own 256. */
const SECRET_LENGTH = 48;

/**
 * The secrets that publishers sign with (`telemetry_secret`): a JSON object by key id; any of them may have signed.
 * The first is generated, so that there is none in the template and no default; add the old one beside it to move over.
 */
export class SigningSecret extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new Secret(this, "Secret", {
      description: "What publishers sign samples with: a JSON object of key ids and secrets",
      // None of it may ever change: CloudFormation would generate anew, over the keys that are in use.
      generateSecretString: {
        generateStringKey: FIRST_KEY_ID,
        secretStringTemplate: "{}",
        passwordLength: SECRET_LENGTH,
        // It is typed into ini files, where quotes, percent signs and backslashes go wrong.
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    Validations.of(this.secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "publishers are configured by hand: a secret that changed by itself would lock them all out",
    });
  }

  get arn(): string {
    return this.secret.secretArn;
  }

  grantRead(grantee: IGrantable): Grant {
    // The secret's own grantRead adds DescribeSecret, which a collector never calls.
    return Grant.addToPrincipal({
      grantee,
      actions: ["secretsmanager:GetSecretValue"],
      resourceArns: [this.arn],
    });
  }
}
