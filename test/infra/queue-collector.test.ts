import { Duration, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, it } from "vitest";
import { Monitoring } from "../../lib/infra/monitoring.ts";
import { QuarantineBucket } from "../../lib/infra/quarantine-bucket.ts";
import { QueueCollector } from "../../lib/infra/queue-collector.ts";
import { SampleStorage } from "../../lib/infra/sample-storage.ts";
import { SigningSecret } from "../../lib/infra/signing-secret.ts";
import { dimensionNames, metricsNamespace } from "../../lib/ledger/metrics.ts";
import { emptyApp } from "./synthesized.ts";
import { at } from "./template.ts";

const stack = new Stack(emptyApp(), "Test");
const storage = new SampleStorage(stack, "Storage", { stage: "test", log: false });
const collector = new QueueCollector(stack, "QueueCollector", {
  settings: {
    stage: "test",
    dialects: ["kilo"],
    extraFields: ["tenant"],
    keyCacheSeconds: 60,
    timeWindow: false,
    legacyListeners: ["queue"],
  },
  storage,
  secret: new SigningSecret(stack, "Secret"),
  quarantine: new QuarantineBucket(stack, "Quarantine"),
  batchSize: 500,
  batchWindow: Duration.seconds(60),
  maxConcurrency: 3,
});
const publisher = new Role(stack, "Publisher", { assumedBy: new ServicePrincipal("ec2.amazonaws.com") });
collector.grantSend(publisher);
const owner = Topic.fromTopicArn(stack, "Owner", "arn:aws:sns:eu-west-1:123456789012:owner");
new Monitoring(stack, "Monitoring", {
  stage: "test",
  queueCollector: collector,
  storage,
  sockets: true,
  alarmTopic: owner,
  runbookUrl: "https://example.org/runbook",
});
const template = Template.fromStack(stack);

describe("the queue side", () => {
  it("hides messages for six times the function's time and the window", () => {
    template.hasResourceProperties("AWS::SQS::Queue", {
      VisibilityTimeout: 6 * 30 + 60,
      RedrivePolicy: Match.anyValue(),
    });
    template.hasResourceProperties("AWS::Lambda::EventSourceMapping", {
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 60,
      ScalingConfig: { MaximumConcurrency: 3 },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  it("lets a publisher send, by topic or queue, and no more", () => {
    const policy = template.findResources("AWS::IAM::Policy", {
      Properties: { PolicyName: Match.stringLikeRegexp("^Publisher") },
    });
    const actions = JSON.stringify(policy).match(/"(?:sns|sqs|kms|dynamodb|secretsmanager):[^"]+"/g);
    expect(actions).toEqual(['"sns:Publish"', '"sqs:GetQueueAttributes"', '"sqs:GetQueueUrl"', '"sqs:SendMessage"']);
  });

  it("gives its figures under the names and dimensions that the handler counts by", () => {
    expect(collector.metric("SamplesRecorded").toMetricConfig().metricStat).toMatchObject({
      namespace: metricsNamespace,
      metricName: "SamplesRecorded",
      dimensions: [
        { name: dimensionNames.listener, value: "queue" },
        { name: dimensionNames.stage, value: "test" },
      ],
      statistic: "Sum",
    });
  });
});

describe("monitoring", () => {
  it("tells the owner's own topic, with the owner's own runbook, and makes no topic", () => {
    template.allResourcesProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [owner.topicArn],
      OKActions: [owner.topicArn],
      AlarmDescription: Match.stringLikeRegexp("https://example.org/runbook#[a-z-]+$"),
    });
    template.resourceCountIs("AWS::KMS::Key", 0);
  });

  it("has one dashboard that reads from what is received down to what it costs", () => {
    const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
    const body = JSON.stringify(at(dashboard, "Properties", "DashboardBody"));
    const titles = Array.from(body.matchAll(/\\"title\\":\\"([A-Za-z ]+)/g), ([, title = ""]) => title);
    expect(titles).toEqual([
      "Received",
      "Received",
      "Recorded",
      "Recorded in part",
      "Rejected",
      "Rejected",
      "Duplicate",
      "Quarantined",
      "Keys",
      "Conflicting",
      "Ambiguous",
      "Ambiguous",
      "Imbalance",
      "Failed",
      "Failed",
      "Spilled",
      "Spilled",
      "Started without storage",
      "Storage refused",
      "Shed",
      "Shed",
      "Kernel drops",
      "Records in flight",
      "TCP",
      "TCP",
      "Queues",
      "Queues",
      "Cost",
      "Cost",
    ]);
  });
});
