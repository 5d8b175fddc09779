import { ArnFormat, Stack, Validations } from "aws-cdk-lib";
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
 * Whom a person becomes for `countersign redrive`, `quarantine`, `conflicts`, `keys` and `doctor`. Whoever in the account may assume it can
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
    const grant = (actions: string[], ...resourceArns: string[]) =>
      Grant.addToPrincipal({ grantee: this.role, actions, resourceArns });

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
    // What `doctor` looks at beside, and the queue to which it sends a sample.
    grant(["sqs:GetQueueAttributes", "sqs:SendMessage"], queueCollector.queue.queueArn);
    const { stackName } = Stack.of(this);
    const stacks = [stackName, `${stackName}-udp`].map((name) => this.#anyOf(name));
    grant(["cloudformation:DescribeStacks", "cloudformation:GetTemplate"], ...stacks);
    grant(["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], "*");
    // When keys were last used stands in the log.
    const logs = ["QueueCollectorLog", "udp-UdpCollectorLog"].map((id) => `${stackName}-${id}*`);
    grant(["logs:StartQuery"], ...logs.map((name) => this.#logGroup(name)));
    grant(["logs:DescribeLogGroups", "logs:GetQueryResults"], "*");
    Validations.of(this.role).acknowledge(
      {
        id: "AwsSolutions-IAM5[Resource::*]",
        reason:
          "cloudwatch:GetMetricData and logs:GetQueryResults take no resource, and cloudwatch:DescribeAlarms and logs:DescribeLogGroups none that is told by its name",
      },
      ...[stackName, `${stackName}-udp`].map((name) => ({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/${name}/*]`,
        reason: "the id behind a stack's name is another one whenever it is made anew",
      })),
      ...logs.map((name) => ({
        id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${name}]`,
        reason: "CloudFormation makes the end of a log group's name, and one of them is another stack's",
      })),
    );
  }

  #logGroup(resourceName: string): string {
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: "logs", resource: "log-group", resourceName, arnFormat });
  }

  #anyOf(stackName: string): string {
    return Stack.of(this).formatArn({ service: "cloudformation", resource: "stack", resourceName: `${stackName}/*` });
  }
}
