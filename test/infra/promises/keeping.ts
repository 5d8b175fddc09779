import { isDeepStrictEqual } from "node:util";
import { waitingDays } from "../../../lib/sample/time-window.ts";
import { at, type Deployment, list, type Resource } from "../template.ts";

/** What holds something, and what to see in its properties: that it is encrypted, and for how long it keeps. */
const holders: Readonly<Record<string, (properties: unknown, id: string) => Readonly<Record<string, boolean>>>> = {
  "AWS::DynamoDB::Table": (table) => ({
    encrypted: at(table, "SSESpecification", "SSEEnabled") === true,
    "restorable to any second": at(table, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") === true,
    "expiring by ttl": at(table, "TimeToLiveSpecification", "AttributeName") === "ttl",
    "paid by use": at(table, "BillingMode") === "PAY_PER_REQUEST",
    "protected from deletion": at(table, "DeletionProtectionEnabled") === true,
  }),
  "AWS::S3::Bucket": (bucket, id) => ({
    encrypted: at(bucket, "BucketEncryption", "ServerSideEncryptionConfiguration", 0) !== undefined,
    private: ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].every(
      (name) => at(bucket, "PublicAccessBlockConfiguration", name) === true,
    ),
    ...(id === QUARANTINE ? quarantine(bucket) : log(bucket)),
  }),
  "AWS::SQS::Queue": (queue) => ({ encrypted: at(queue, "SqsManagedSseEnabled") === true }),
  "AWS::SNS::Topic": (topic) => ({ encrypted: at(topic, "KmsMasterKeyId") !== undefined }),
  "AWS::KMS::Key": (key) => ({ rotating: at(key, "EnableKeyRotation") === true }),
  "AWS::Athena::WorkGroup": (group) => ({
    "encrypted answers":
      at(group, "WorkGroupConfiguration", "EnforceWorkGroupConfiguration") === true &&
      at(group, "WorkGroupConfiguration", "ResultConfiguration", "EncryptionConfiguration") !== undefined,
  }),
  // AWS encrypts these always.
  "AWS::SecretsManager::Secret": (secret) => ({
    "generated as it always was": isDeepStrictEqual(at(secret, "GenerateSecretString"), generated),
    "without a default": at(secret, "SecretString") === undefined,
  }),
  "AWS::Logs::LogGroup": (group) => ({ "kept for a time": Number(at(group, "RetentionInDays")) > 0 }),
};

/** Whole: with any other, CloudFormation would generate a new secret over the keys that the operator has put in. */
const generated = {
  ExcludePunctuation: true,
  GenerateStringKey: "current",
  PasswordLength: 48,
  SecretStringTemplate: "{}",
};

const QUARANTINE = "QuarantineBucket2B128B57";

function log(bucket: unknown) {
  return {
    versioned: at(bucket, "VersioningConfiguration", "Status") === "Enabled",
    "expiring samples and events": ["samples/", "events/"].every((prefix) =>
      rulesOf(bucket).some((rule) => at(rule, "Prefix") === prefix && at(rule, "ExpirationInDays") === 400),
    ),
  };
}

/** Outsiders decide what is in it: it may neither grow for ever nor keep what was thrown away. */
function quarantine(bucket: unknown) {
  return {
    "without versions": at(bucket, "VersioningConfiguration") === undefined,
    "expiring everything": rulesOf(bucket).some(
      (rule) =>
        at(rule, "Prefix") === undefined &&
        at(rule, "ExpirationInDays") === waitingDays.quarantine &&
        at(rule, "Status") === "Enabled",
    ),
  };
}

function rulesOf(bucket: unknown): readonly unknown[] {
  return list(at(bucket, "LifecycleConfiguration", "Rules"));
}

/** Types that hold nothing of anybody's. A type in neither list has to be put into one of them. */
const others = new Set([
  "AWS::ApplicationAutoScaling::ScalableTarget",
  "AWS::ApplicationAutoScaling::ScalingPolicy",
  "AWS::Athena::NamedQuery",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::EC2::EgressOnlyInternetGateway",
  "AWS::EC2::FlowLog",
  "AWS::EC2::Route",
  "AWS::EC2::RouteTable",
  "AWS::EC2::SecurityGroup",
  "AWS::EC2::SecurityGroupEgress",
  "AWS::EC2::SecurityGroupIngress",
  "AWS::EC2::Subnet",
  "AWS::EC2::SubnetRouteTableAssociation",
  "AWS::EC2::VPC",
  "AWS::EC2::VPCCidrBlock",
  "AWS::EC2::VPCEndpoint",
  "AWS::ECS::Cluster",
  "AWS::ECS::Service",
  "AWS::ECS::TaskDefinition",
  "AWS::ElasticLoadBalancingV2::Listener",
  "AWS::ElasticLoadBalancingV2::LoadBalancer",
  "AWS::ElasticLoadBalancingV2::TargetGroup",
  "AWS::Events::Rule",
  "AWS::Glue::Database",
  "AWS::Glue::Table",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Logs::ResourcePolicy",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::Subscription",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::QueuePolicy",
]);

/** By logical id, because another id means another, empty resource in place of the one with the samples. */
const retained = [
  "SampleStorageTablesSamples200480D8",
  "SampleStorageTablesResourcesC86A0368",
  "SampleStorageLogBucketC718E70F",
  "SigningSecret63A7F3CE",
  "QueueCollectorQueue8ED3DF3E",
  "QueueCollectorDeadLetterQueue8D2B8F03",
  "QueueCollectorSpillQueue10683CFC",
  QUARANTINE,
];

/** Whatever holds samples is encrypted, bounded in time, restorable where it can be, and outlives its stack. */
export function keepingViolations({ collector, udp }: Deployment): readonly string[] {
  const resources = { ...collector.Resources, ...udp.Resources };
  return [
    ...Object.entries(resources).flatMap(([id, resource]) => broken(id, resource)),
    ...retained
      .filter((id) => resources[id]?.DeletionPolicy !== "RetainExceptOnCreate")
      .map((id) => `${id} would not outlive its stack`),
    ...retained
      .filter((id) => resources[id]?.UpdateReplacePolicy !== "Retain")
      .map((id) => `${id} would not outlive its successor`),
    ...Object.entries(resources)
      .filter(([, { DeletionPolicy }]) => DeletionPolicy === "Retain")
      .map(([id]) => `${id} would be left behind, empty, by a deployment that fails`),
  ];
}

function broken(id: string, { Type, Properties }: Resource): readonly string[] {
  if (others.has(Type)) return [];
  const look = holders[Type];
  if (look === undefined) return [`${id}: does ${Type} hold anything?`];
  return Object.entries(look(Properties, id))
    .filter(([, kept]) => !kept)
    .map(([promise]) => `${id} is not ${promise}`);
}
