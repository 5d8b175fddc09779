import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Metric, MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import { type IGrantable, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Alias } from "aws-cdk-lib/aws-kms";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption, RedrivePermission } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { MetricName } from "../ledger/metrics.ts";
import { mostReceipts } from "../queue/invocation/retry-pauses.ts";
import { type CollectorParts, collectorEnvironment, type JudgingSettings } from "./collector-environment.ts";
import { collectorMetric } from "./collector-metric.ts";
import { functionCode, functionVariables } from "./function-code.ts";
import { MESSAGE_BYTES, SpillQueue } from "./spill-queue.ts";

export interface QueueCollectorProps extends CollectorParts {
  readonly settings: JudgingSettings;
  /** Messages that one invocation gets at most. @default 100, what the handler gives storage in one call */
  readonly batchSize?: number;
  /** How long to wait for them. @default 5 seconds */
  readonly batchWindow?: Duration;
  /** Invocations at a time; what is more waits in the queue. @default 10 */
  readonly maxConcurrency?: number;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
}

/** The storage driver gives up after 20 seconds; this leaves the handler time to name what failed. */
const FUNCTION_TIMEOUT = Duration.seconds(30);

/** The factor that AWS asks for, so that Lambda's own retries of a throttled batch end before the messages show up again. */
const TIMEOUTS_UNTIL_VISIBLE = 6;

/** A spilled message is a batch itself, of up to some hundred datagrams; more of them would take longer than the function may. */
const SPILL_BATCH_SIZE = 10;
const SPILL_BATCH_WINDOW = Duration.seconds(1);
/** Storage has just been in trouble: what waited comes back more slowly than what is new. */
const SPILL_MAX_CONCURRENCY = 5;

/** The queue side: a topic for fan-out, the queue behind it, the spill queue, and the function that empties both. */
export class QueueCollector extends Construct {
  /** For producers that others listen to as well; the queue takes messages directly too. */
  readonly topic: Topic;
  readonly queue: Queue;
  /** Messages that failed too often, and those that the topic could not hand over. Empty when all is well. */
  readonly deadLetterQueue: Queue;
  readonly spillQueue: SpillQueue;
  readonly function: NodejsFunction;
  readonly #stage: string;

  constructor(scope: Construct, id: string, props: QueueCollectorProps) {
    super(scope, id);
    const batchWindow = props.batchWindow ?? Duration.seconds(5);
    this.#stage = props.settings.stage;

    // SNS may not use AWS's own KMS key for SQS, so these are encrypted by SQS itself.
    const encrypted = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      maxMessageSizeBytes: MESSAGE_BYTES,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    };
    // A message takes its age along, so this has to be the longer of the two: it leaves ten days to act. Whose dead
    // letters it takes can't be said, as CloudFormation refuses queues that name each other; nothing in it is believed.
    this.deadLetterQueue = new Queue(this, "DeadLetterQueue", { ...encrypted, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, "Queue", {
      ...encrypted,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: hiddenFor(batchWindow),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: mostReceipts },
      // Another queue's dead letters would keep the time when that one got them, which is believed here.
      redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
    });
    this.spillQueue = new SpillQueue(this, "Spill", {
      deadLetterQueue: this.deadLetterQueue,
      maxReceiveCount: mostReceipts,
      visibilityTimeout: hiddenFor(SPILL_BATCH_WINDOW),
    });

    this.topic = new Topic(this, "Topic", {
      displayName: "Signed samples",
      enforceSSL: true,
      masterKey: Alias.fromAliasName(this, "TopicKey", "alias/aws/sns"),
    });
    this.topic.addSubscription(
      new SqsSubscription(this.queue, { rawMessageDelivery: true, deadLetterQueue: this.deadLetterQueue }),
    );

    this.function = this.#createFunction(props);
    props.storage.grantWrite(this.function);
    props.secret.grantRead(this.function);
    props.quarantine.grantKeep(this.function);
    this.function.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: props.batchSize ?? 100,
        maxBatchingWindow: batchWindow,
        maxConcurrency: props.maxConcurrency ?? 10,
        reportBatchItemFailures: true,
      }),
    );
    this.function.addEventSource(
      new SqsEventSource(this.spillQueue.queue, {
        batchSize: SPILL_BATCH_SIZE,
        maxBatchingWindow: SPILL_BATCH_WINDOW,
        maxConcurrency: SPILL_MAX_CONCURRENCY,
        reportBatchItemFailures: true,
      }),
    );
  }

  /** Leave to send samples, to the topic and to the queue. */
  grantSend(grantee: IGrantable): void {
    this.topic.grantPublish(grantee);
    this.queue.grantSendMessages(grantee);
  }

  /** A figure that the function counts. */
  metric(name: MetricName, options?: MetricOptions): Metric {
    return collectorMetric(this.#stage, "queue", name, options);
  }

  #createFunction(props: QueueCollectorProps): NodejsFunction {
    const logGroup = new LogGroup(this, "Log", {
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of our own, because the one that CDK would make may write every log group of the account.
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    return new NodejsFunction(this, "Function", {
      description: "Verifies signed samples from the queue and records them",
      ...functionCode("queue-collector"),
      // Lambda gives processor time by memory; verification is all processor.
      memorySize: 1_024,
      timeout: FUNCTION_TIMEOUT,
      role,
      logGroup,
      environment: {
        ...collectorEnvironment(
          props.settings,
          { ...props, spillQueue: this.spillQueue },
          { listen: [], healthPort: null },
        ),
        ...functionVariables,
      },
    });
  }
}

function hiddenFor(batchWindow: Duration): Duration {
  return Duration.seconds(TIMEOUTS_UNTIL_VISIBLE * FUNCTION_TIMEOUT.toSeconds() + batchWindow.toSeconds());
}
