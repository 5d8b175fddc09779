import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttributeDefinition,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { type EmbeddedServices, startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { type OpenedQuarantine, openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { FORMAT_KEY, keyNames } from "../../lib/storage/dynamodb/layout/keys.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { splitUrls } from "../../lib/storage/storage-url.ts";
import { type AwsCall, arnsIn, awsCalls } from "../access/aws-call.ts";
import { startRecordingProxy } from "../support/recording-proxy.ts";
import { type JsonObject, listAt, textAt } from "./json.ts";
import { type ReluctantDynamoDb, startReluctantDynamoDb } from "./reluctant-dynamodb.ts";
import { localName, QUEUE_ADDRESSES, REGION } from "./resolve.ts";
import { startSecretsManager } from "./secrets-manager.ts";
import type { Templates } from "./templates.ts";

/** The AWS account of the rehearsal: the templates' tables, buckets, queues and secrets, on this machine. */
export interface Account {
  /** Credentials and endpoints for what runs in it as a role: calls are signed with a key of the role's name. */
  environmentOf(role: string): Readonly<Record<string, string>>;
  readonly dynamodb: ReluctantDynamoDb;
  /** All calls so far that services were asked to do, our own looks aside. */
  calls(): readonly AwsCall[];
  /** The address on this machine of a deployed queue. */
  localQueue(url: string): string;
  /** Takes from storage the marks of its format, as it was before anybody opened it. */
  unmark(): Promise<void>;
  /** The text of every secret. */
  readonly signingSecret: string;
  /** Opens for reading each of the storages that a deployed `COUNTERSIGN_STORAGE` names. */
  openStorages(urls: string): Promise<readonly StorageDriver[]>;
  /** Opens the quarantine that a deployed `COUNTERSIGN_QUARANTINE` names, to look into it. */
  openQuarantine(url: string): Promise<OpenedQuarantine>;
  stop(): Promise<void>;
}

const CREDENTIALS = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };
const SIGNING_SECRET = "a secret shared with publishers ✓";

export async function openAccount(templates: Templates): Promise<Account> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-rehearsal-"));
  const services = await startEmbeddedServices(folder);
  const dynamodb = await startReluctantDynamoDb(services.dynamodb);
  const arns = templates.ofType("AWS::SecretsManager::Secret").map(localName);
  const kept = JSON.stringify({ current: SIGNING_SECRET });
  const secretsManager = await startSecretsManager(Object.fromEntries(arns.map((arn) => [arn, kept])));
  await createTables(templates, services.dynamodb);
  await createBuckets(templates, services.s3AndSqs);
  const queues = await createQueues(templates, services.s3AndSqs);
  const arnOf = arnsIn(templates);
  const localQueue = (url: string) => queues.get(url) ?? url;
  const proxies = {
    DYNAMODB: await startRecordingProxy(dynamodb.endpoint),
    S3: await startRecordingProxy(services.s3AndSqs),
    // The embedded one knows its queues by its own addresses alone.
    SQS: await startRecordingProxy(services.s3AndSqs, ({ body }) => body.replace(/(?<="QueueUrl":")[^"]*/, localQueue)),
    SECRETS_MANAGER: await startRecordingProxy(secretsManager.endpoint),
  };
  return {
    environmentOf: (role) => ({
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: role,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      ...Object.fromEntries(Object.entries(proxies).map(([service, { url }]) => [`AWS_ENDPOINT_URL_${service}`, url])),
    }),
    calls: () => Object.values(proxies).flatMap(({ calls }) => calls.flatMap((recorded) => awsCalls(recorded, arnOf))),
    localQueue,
    unmark: () => unmark(templates, services),
    dynamodb,
    signingSecret: SIGNING_SECRET,
    async openStorages(urls) {
      const opened = await Promise.all(
        splitUrls(urls).map((url) => {
          const local = new URL(url);
          const endpoint = local.protocol === "s3:" ? services.s3AndSqs : services.dynamodb;
          local.searchParams.set("endpoint", endpoint);
          return openStorage(local.href, allDrivers, { readOnly: true });
        }),
      );
      return opened.map((one) => {
        if (!one.ok) throw new Error(one.problem);
        return one.driver;
      });
    },
    async openQuarantine(url) {
      const opened = await openQuarantine(`${url}?endpoint=${services.s3AndSqs}`, { readOnly: true });
      if (!opened.ok) throw new Error(opened.problem);
      return opened.quarantine;
    },
    async stop() {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      await Promise.all([dynamodb.stop(), secretsManager.stop()]);
      await services.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** By the template's own words, so that a key or an index that it lacks is missed here. */
async function createTables(templates: Templates, endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  for (const table of templates.ofType("AWS::DynamoDB::Table")) {
    const { properties } = table;
    const indexes = listAt(properties, "GlobalSecondaryIndexes").map((index) => ({
      IndexName: textAt(index, "IndexName"),
      KeySchema: keySchema(index),
      Projection: {
        ProjectionType:
          textAt(index, "Projection", "ProjectionType") === "ALL" ? ("ALL" as const) : ("KEYS_ONLY" as const),
      },
    }));
    await client.send(
      new CreateTableCommand({
        TableName: localName(table),
        KeySchema: keySchema(properties),
        AttributeDefinitions: listAt(properties, "AttributeDefinitions").map(
          (attribute): AttributeDefinition => ({
            AttributeName: textAt(attribute, "AttributeName"),
            AttributeType: "S",
          }),
        ),
        BillingMode: "PAY_PER_REQUEST",
        ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
      }),
    );
  }
  client.destroy();
}

async function unmark(templates: Templates, { dynamodb, s3AndSqs }: EmbeddedServices): Promise<void> {
  const options = { region: REGION, credentials: CREDENTIALS };
  const tables = new DynamoDBClient({ ...options, endpoint: dynamodb });
  const Key = { [keyNames.partition]: { S: FORMAT_KEY }, [keyNames.sort]: { S: FORMAT_KEY } };
  for (const table of templates.ofType("AWS::DynamoDB::Table")) {
    await tables.send(new DeleteItemCommand({ TableName: localName(table), Key }));
  }
  tables.destroy();
  const buckets = new S3Client({ ...options, endpoint: s3AndSqs, forcePathStyle: true });
  for (const bucket of templates.ofType("AWS::S3::Bucket")) {
    await buckets.send(new DeleteObjectCommand({ Bucket: localName(bucket), Key: "format.json" }));
  }
  buckets.destroy();
}

function keySchema(from: JsonObject | ReturnType<typeof listAt>[number]): KeySchemaElement[] {
  return listAt(from, "KeySchema").map((key) => ({
    AttributeName: textAt(key, "AttributeName"),
    KeyType: textAt(key, "KeyType") === "HASH" ? "HASH" : "RANGE",
  }));
}

async function createBuckets(templates: Templates, endpoint: string): Promise<void> {
  const client = new S3Client({ endpoint, region: REGION, credentials: CREDENTIALS, forcePathStyle: true });
  for (const bucket of templates.ofType("AWS::S3::Bucket")) {
    await client.send(new CreateBucketCommand({ Bucket: localName(bucket) }));
  }
  client.destroy();
}

/** @returns the addresses of queues here, by those in AWS */
async function createQueues(templates: Templates, endpoint: string): Promise<ReadonlyMap<string, string>> {
  const urls = new Map<string, string>();
  const client = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  for (const queue of templates.ofType("AWS::SQS::Queue")) {
    const QueueName = localName(queue).slice(QUEUE_ADDRESSES.length);
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
    if (QueueUrl !== undefined) urls.set(localName(queue), QueueUrl);
  }
  client.destroy();
  return urls;
}
