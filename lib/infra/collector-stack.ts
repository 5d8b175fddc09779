import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Grant, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { Canary } from "./canary.ts";
import { CanaryMonitoring } from "./canary-monitoring.ts";
import { Monitoring } from "./monitoring.ts";
import { OperatorRole } from "./operator-role.ts";
import { QuarantineBucket } from "./quarantine-bucket.ts";
import { QueueCollector } from "./queue-collector.ts";
import { SampleStorage } from "./sample-storage.ts";
import { SigningSecret } from "./signing-secret.ts";
import { canaryListeners, type StageSettings } from "./stage-settings.ts";

export interface CollectorStackProps extends StackProps {
  readonly settings: StageSettings;
}

/** Storage, secret, quarantine, queue side, operator and monitoring of one stage. It only composes. */
export class CollectorStack extends Stack {
  readonly storage: SampleStorage;
  readonly secret: SigningSecret;
  readonly quarantine: QuarantineBucket;
  readonly queueCollector: QueueCollector;
  readonly operator: OperatorRole;
  readonly monitoring: Monitoring;
  /** For the tasks of the socket side, where there is one: this stack's spill queue names it. */
  readonly taskRole: Role | undefined;

  constructor(scope: Construct, id: string, props: CollectorStackProps) {
    super(scope, id, props);
    const { settings } = props;
    const { stage, retentionDays, alarmTopicArn, expectTraffic, runbookUrl } = settings;
    this.storage = new SampleStorage(this, "SampleStorage", { ...settings, retentionDays: retentionDays ?? undefined });
    this.secret = new SigningSecret(this, "SigningSecret");
    this.quarantine = new QuarantineBucket(this, "Quarantine");
    this.queueCollector = new QueueCollector(this, "QueueCollector", {
      settings,
      storage: this.storage,
      secret: this.secret,
      quarantine: this.quarantine,
      batchSize: settings.batchSize,
      batchWindow: Duration.seconds(settings.batchWindowSeconds),
      maxConcurrency: settings.maxConcurrency,
      logRetention: settings.logRetentionDays,
    });
    if (settings.udp !== null) {
      this.taskRole = new Role(this, "TaskRole", {
        assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com"),
        description: "Countersign: tasks of the UDP and TCP side",
      });
    }
    this.operator = new OperatorRole(this, "Operator", {
      queueCollector: this.queueCollector,
      storage: this.storage,
      secret: this.secret,
      quarantine: this.quarantine,
      mfa: settings.operatorMfa,
    });
    this.monitoring = new Monitoring(this, "Monitoring", {
      stage,
      queueCollector: this.queueCollector,
      storage: this.storage,
      sockets: settings.udp !== null,
      expectTraffic,
      canaryListeners: canaryListeners(settings),
      ...(runbookUrl !== null && { runbookUrl }),
      ...(alarmTopicArn !== null && { alarmTopic: Topic.fromTopicArn(this, "OwnersTopic", alarmTopicArn) }),
    });
    if (settings.canary) this.#addCanary(settings);
    new CfnOutput(this, "QueueUrl", { value: this.queueCollector.queue.queueUrl });
    new CfnOutput(this, "DeadLetterQueueUrl", { value: this.queueCollector.deadLetterQueue.queueUrl });
    new CfnOutput(this, "SpillQueueUrl", { value: this.queueCollector.spillQueue.url });
    new CfnOutput(this, "TopicArn", { value: this.queueCollector.topic.topicArn });
    new CfnOutput(this, "SigningSecretArn", { value: this.secret.arn });
    new CfnOutput(this, "QuarantineUrl", { value: this.quarantine.url });
    new CfnOutput(this, "OperatorRoleArn", { value: this.operator.role.roleArn });
    new CfnOutput(this, "AlarmTopicArn", { value: this.monitoring.alarmTopic.topicArn });
    new CfnOutput(this, "StorageUrl", { value: this.storage.url });
  }
  #addCanary({ batchWindowSeconds, logRetentionDays, runbookUrl, ...settings }: StageSettings): void {
    const { tables } = this.storage;
    if (tables === undefined) throw new Error("a canary needs tables: set tables to true");
    const { queue } = this.queueCollector;
    const canary = new Canary(this, "QueueCanary", {
      settings,
      tables,
      secret: this.secret,
      to: { queue: queue.queueUrl },
      collectorWaits: Duration.seconds(batchWindowSeconds),
      logRetention: logRetentionDays,
    });
    Grant.addToPrincipal({ grantee: canary.role, actions: ["sqs:SendMessage"], resourceArns: [queue.queueArn] });
    // Before the queue is read every sample would be late.
    canary.rule.node.addDependency(this.queueCollector);
    new CanaryMonitoring(this, "CanaryAlarms", {
      canary,
      alarmId: "QueueCanary",
      way: "the queue",
      topic: this.monitoring.alarmTopic,
      ...(runbookUrl !== null && { runbookUrl }),
    });
  }
}
