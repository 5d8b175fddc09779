import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { AnyPrincipal, Effect, Grant, type IRole, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Queue, QueueEncryption, RedrivePermission } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

/** The most that SQS takes. Said, because the default was a quarter of it for years. */
export const MESSAGE_BYTES = 1_048_576;

export interface SpillQueueProps {
  /** Takes what failed too often. */
  readonly deadLetterQueue: Queue;
  readonly maxReceiveCount: number;
  /** As long as the function may take, several times over. */
  readonly visibilityTimeout: Duration;
}

/**
 * Takes what storage can't take now, and dead letters that are tried again. Its messages are believed when they say
 * when they were first received, so it takes them from nobody but the roles that were granted it.
 */
export class SpillQueue extends Construct {
  readonly queue: Queue;
  readonly #nobodyElse: PolicyStatement;
  readonly #senders: string[] = [];

  constructor(scope: Construct, id: string, props: SpillQueueProps) {
    super(scope, id);
    const { deadLetterQueue, maxReceiveCount, visibilityTimeout } = props;
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      retentionPeriod: Duration.days(4),
      maxMessageSizeBytes: MESSAGE_BYTES,
      visibilityTimeout,
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount },
      // A queue that names this one for its dead letters has them moved here by SQS itself, past every policy.
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    this.#nobodyElse = new PolicyStatement({
      sid: "NobodyElseSends",
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ["sqs:SendMessage"],
      resources: [this.queue.queueArn],
    });
    this.queue.addToResourcePolicy(this.#nobodyElse);
  }

  get url(): string {
    return this.queue.queueUrl;
  }

  /** @param role of the same stack: the queue's policy names it, and it names the queue */
  grantSend(role: IRole): Grant {
    this.#senders.push(role.roleArn);
    // Holds for whoever has no role at all as well: a negated condition is met where there is nothing to compare.
    this.#nobodyElse.addCondition("ArnNotEquals", { "aws:PrincipalArn": [...this.#senders] });
    return Grant.addToPrincipal({
      grantee: role,
      // Before a start the queue is looked at: whether it is there, and what it takes.
      actions: ["sqs:SendMessage", "sqs:GetQueueAttributes"],
      resourceArns: [this.queue.queueArn],
    });
  }
}
