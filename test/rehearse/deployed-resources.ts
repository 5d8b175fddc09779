import { isDeepStrictEqual } from "node:util";
import {
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import { GetBucketEncryptionCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { at, type Json, listAt, numberAt, objectAt, parseJson, textAt } from "./json.ts";
import { REGION } from "./resolve.ts";
import type { StandInAws } from "./stand-in-aws.ts";
import type { Resource, Templates } from "./templates.ts";

/** What was deployed under which template's resource: a name holds the stack's and the resource's logical id. */
interface Deployed {
  readonly tables: readonly string[];
  readonly buckets: readonly string[];
  readonly queues: readonly string[];
}

const holdsSamples = { tables: "AWS::DynamoDB::Table", buckets: "AWS::S3::Bucket", queues: "AWS::SQS::Queue" } as const;

function clientsOf({ endpoint }: StandInAws) {
  const options = { endpoint, region: REGION, credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" } };
  return {
    dynamodb: new DynamoDBClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    sqs: new SQSClient(options),
  };
}

type Clients = ReturnType<typeof clientsOf>;

/** One line for each property of the template that is not what was deployed, as far as moto applies it. */
export async function deployedDifferences(aws: StandInAws, templates: Templates): Promise<readonly string[]> {
  const clients = clientsOf(aws);
  const deployed = await listDeployed(clients);
  const own = (type: string) => templates.ofType(type).filter(({ stack }) => stack === stackOf(templates));
  const tables = await Promise.all(own(holdsSamples.tables).map((one) => tableDifferences(clients, deployed, one)));
  const queues = await Promise.all(own(holdsSamples.queues).map((one) => queueDifferences(clients, deployed, one)));
  const buckets = await Promise.all(own(holdsSamples.buckets).map((one) => bucketDifferences(clients, deployed, one)));
  const sources = await sourceDifferences(aws, own("AWS::Lambda::EventSourceMapping"));
  return [...tables, ...queues, ...buckets, sources].flat();
}

/** What holds samples, or may, and was not found: all of it has to outlive its stack. */
export async function missingAfterDestroy(aws: StandInAws, templates: Templates): Promise<readonly string[]> {
  const deployed = await listDeployed(clientsOf(aws));
  return Object.entries(holdsSamples).flatMap(([kind, type]) =>
    templates
      .ofType(type)
      .filter(({ stack }) => stack === stackOf(templates))
      .filter((resource) => nameOf(deployed, resource) === undefined)
      .map(({ logicalId }) => `of ${kind}, ${logicalId} is gone`),
  );
}

export async function goneAfterDestroy(aws: StandInAws): Promise<readonly string[]> {
  const functions = listAt(await lambda(aws, "functions/"), "Functions").map((one) => textAt(one, "FunctionName"));
  const sources = listAt(await lambda(aws, "event-source-mappings/"), "EventSourceMappings");
  return [...functions, ...sources.map((one) => textAt(one, "UUID"))];
}

/** Of the one function there is. */
export async function deployedEnvironment(aws: StandInAws): Promise<Record<string, string>> {
  const [one] = listAt(await lambda(aws, "functions/"), "Functions");
  const variables = Object.entries(objectAt(one, "Environment", "Variables"));
  return Object.fromEntries(variables.map(([name, value]) => [name, String(value)]));
}

function stackOf(templates: Templates): string | undefined {
  return templates.ofType("AWS::Lambda::EventSourceMapping")[0]?.stack;
}

async function listDeployed({ dynamodb, s3, sqs }: Clients): Promise<Deployed> {
  return {
    tables: (await dynamodb.send(new ListTablesCommand({}))).TableNames ?? [],
    buckets: ((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name = "" }) => Name),
    queues: (await sqs.send(new ListQueuesCommand({}))).QueueUrls ?? [],
  };
}

function nameOf(deployed: Deployed, { stack, logicalId }: Resource): string | undefined {
  const id = `${stack}-${logicalId}`.toLowerCase();
  return Object.values(deployed)
    .flat()
    .find((name) => name.toLowerCase().includes(id));
}

async function tableDifferences(
  { dynamodb }: Clients,
  deployed: Deployed,
  table: Resource,
): Promise<readonly string[]> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: nameOf(deployed, table) ?? "absent" }));
  const keys = (schema: KeySchemaElement[] = []) => schema.map((key) => `${key.AttributeName} ${key.KeyType}`);
  const wantedKeys = (from: Json) =>
    listAt(from, "KeySchema").map((key) => `${textAt(key, "AttributeName")} ${textAt(key, "KeyType")}`);
  const wanted = {
    keys: wantedKeys(table.properties),
    indexes: listAt(table.properties, "GlobalSecondaryIndexes").map((one) => [
      textAt(one, "IndexName"),
      wantedKeys(one),
    ]),
    billing: textAt(table.properties, "BillingMode"),
    protected: table.properties.DeletionProtectionEnabled === true,
  };
  return differences(table, wanted, {
    keys: keys(Table?.KeySchema),
    indexes: (Table?.GlobalSecondaryIndexes ?? []).map((one) => [one.IndexName, keys(one.KeySchema)]),
    billing: Table?.BillingModeSummary?.BillingMode,
    protected: Table?.DeletionProtectionEnabled === true,
  });
}

async function queueDifferences({ sqs }: Clients, deployed: Deployed, queue: Resource): Promise<readonly string[]> {
  const QueueUrl = nameOf(deployed, queue) ?? "absent";
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const { properties } = queue;
  const redrive = parseJson(Attributes.RedrivePolicy ?? "null");
  const [deadLetters] = listAt(properties, "RedrivePolicy", "deadLetterTargetArn", "Fn::GetAtt");
  const wanted = {
    retention: numberAt(properties, "MessageRetentionPeriod"),
    size: numberAt(properties, "MaximumMessageSize"),
    // What SQS takes where a template says nothing.
    visibility: numberAt(properties, "VisibilityTimeout") ?? 30,
    encrypted: properties.SqsManagedSseEnabled === true,
    tries: numberAt(properties, "RedrivePolicy", "maxReceiveCount"),
    deadLetters: deadLetters !== undefined,
  };
  return differences(queue, wanted, {
    retention: Number(Attributes.MessageRetentionPeriod),
    size: Number(Attributes.MaximumMessageSize),
    visibility: Number(Attributes.VisibilityTimeout),
    encrypted: Attributes.SqsManagedSseEnabled === "true",
    tries: numberAt(redrive, "maxReceiveCount"),
    deadLetters: deadLetters !== undefined && textAt(redrive, "deadLetterTargetArn").includes(String(deadLetters)),
  });
}

async function bucketDifferences({ s3 }: Clients, deployed: Deployed, bucket: Resource): Promise<readonly string[]> {
  const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket: nameOf(deployed, bucket) ?? "absent" }));
  const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
  const [wanted] = listAt(bucket.properties, "BucketEncryption", "ServerSideEncryptionConfiguration");
  return differences(
    bucket,
    { encryption: textAt(wanted, "ServerSideEncryptionByDefault", "SSEAlgorithm") },
    { encryption: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm },
  );
}

async function sourceDifferences(aws: StandInAws, sources: readonly Resource[]): Promise<readonly string[]> {
  const deployed = listAt(await lambda(aws, "event-source-mappings/"), "EventSourceMappings");
  const settings = ["BatchSize", "MaximumBatchingWindowInSeconds", "FunctionResponseTypes", "ScalingConfig"] as const;
  return sources.flatMap((source) => {
    const [queue] = listAt(source.properties, "EventSourceArn", "Fn::GetAtt");
    const own = deployed.find((one) => textAt(one, "EventSourceArn").includes(String(queue)));
    const of = (from: Json | undefined) => Object.fromEntries(settings.map((name) => [name, at(from, name)]));
    return differences(source, of(source.properties), of(own));
  });
}

function differences({ logicalId }: Resource, wanted: object, found: object): readonly string[] {
  if (isDeepStrictEqual(wanted, found)) return [];
  return [`${logicalId}: expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`];
}

/** Lambda's own interface, for which the project has no client; moto reads the service's name out of the credentials. */
async function lambda({ endpoint }: StandInAws, path: string): Promise<Json> {
  const authorization = `AWS4-HMAC-SHA256 Credential=rehearsal/20260101/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(`${endpoint}/2015-03-31/${path}`, { headers: { authorization } });
  return parseJson(await response.text()) ?? null;
}
