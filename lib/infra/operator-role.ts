import { Validations } from "aws-cdk-lib";
import { AccountRootPrincipal, Grant, Role } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { CollectorParts } from "./collector-environment.ts";
import type { QueueCollector } from "./queue-collector.ts";

export interface OperatorRoleProps extends CollectorParts {
  readonly queueCollector: QueueCollector;
  /** Only somebody who has shown a second factor may become it. @default false */
  readonly mfa?: boolean;
}

/**
 * Whom a person becomes for `countersign redrive`, `quarantine`, `conflicts` and `keys`. Whoever in the account may assume it can
 * read the signing secret, and with that make samples: the account's own policies say who.
 */
export class OperatorRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: OperatorRoleProps) {
    super(scope, id);
    const { queueCollector, storage, secret, quarantine, mfa = false } = props;
    const account = new AccountRootPrincipal();
    this.role = new Role(this, "Role", {
      // Where no factor was asked for, the key is absent: Bool is not met then either.
      assumedBy: mfa ? account.withConditions({ Bool: { "aws:MultiFactorAuthPresent": "true" } }) : account,
      description: "Countersign: dead letters, quarantine, conflicts and keys",
    });
    const grant = (actions: string[], resource: string) =>
      Grant.addToPrincipal({ grantee: this.role, actions, resourceArns: [resource] });

    grant(
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      queueCollector.deadLetterQueue.queueArn,
    );
    queueCollector.spillQueue.grantSend(this.role);
    quarantine.grantTend(this.role);
    // A replay stores what is genuine by now, and whoever replays wants to see it there.
    storage.grantWrite(this.role);
    storage.grantRead(this.role);
    storage.grantSettle(this.role);
    secret.grantRead(this.role);
    grant(["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"], secret.arn);
    grant(["cloudwatch:GetMetricData"], "*");
    Validations.of(this.role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "cloudwatch:GetMetricData takes no resource; it shows when a key was last used",
    });
  }
}
