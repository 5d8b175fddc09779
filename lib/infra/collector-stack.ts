import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { Monitoring } from "./monitoring.ts";
import { QueueCollector } from "./queue-collector.ts";
import { SampleStorage } from "./sample-storage.ts";
import { SigningSecret } from "./signing-secret.ts";
import type { StageSettings } from "./stage-settings.ts";

export interface CollectorStackProps extends StackProps {
  readonly settings: StageSettings;
}

/** Storage, secret, queue side and monitoring of one stage. It only composes. */
export class CollectorStack extends Stack {
  readonly storage: SampleStorage;
  readonly secret: SigningSecret;
  readonly queueCollector: QueueCollector;
  readonly monitoring: Monitoring;

  constructor(scope: Construct, id: string, props: CollectorStackProps) {
    super(scope, id, props);
    const { settings } = props;
    const { stage, retentionDays, alarmTopicArn } = settings;
    this.storage = new SampleStorage(this, "SampleStorage", { ...settings, retentionDays: retentionDays ?? undefined });
    this.secret = new SigningSecret(this, "SigningSecret");
    this.queueCollector = new QueueCollector(this, "QueueCollector", {
      settings,
      storage: this.storage,
      secret: this.secret,
      batchSize: settings.batchSize,
      batchWindow: Duration.seconds(settings.batchWindowSeconds),
      maxConcurrency: settings.maxConcurrency,
      logRetention: settings.logRetentionDays,
    });
    this.monitoring = new Monitoring(this, "Monitoring", {
      stage,
      queueCollector: this.queueCollector,
      storage: this.storage,
      sockets: settings.udp !== null,
      ...(alarmTopicArn !== null && { alarmTopic: Topic.fromTopicArn(this, "OwnersTopic", alarmTopicArn) }),
    });
    new CfnOutput(this, "QueueUrl", { value: this.queueCollector.queue.queueUrl });
    new CfnOutput(this, "TopicArn", { value: this.queueCollector.topic.topicArn });
    new CfnOutput(this, "SigningSecretArn", { value: this.secret.arn });
    new CfnOutput(this, "AlarmTopicArn", { value: this.monitoring.alarmTopic.topicArn });
    new CfnOutput(this, "StorageUrl", { value: this.storage.url });
  }
}
