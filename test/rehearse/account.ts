import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { type OpenedQuarantine, openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { splitUrls } from "../../lib/storage/storage-url.ts";
import { type Call, startCallRecorder } from "./call-recorder.ts";
import { type JsonObject, listAt, textAt } from "./json.ts";
import { type ReluctantDynamoDb, startReluctantDynamoDb } from "./reluctant-dynamodb.ts";
import { localName, QUEUE_ADDRESSES, REGION } from "./resolve.ts";
import { startSecretsManager } from "./secrets-manager.ts";
import type { Templates } from "./templates.ts";

/** The AWS account of the rehearsal: the templates' tables, buckets, queues and secrets, on this machine. */
export interface Account {
  /** Credentials and endpoints for a process that runs in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same for whoever has a role: its calls are told apart by it. */
  environmentOf(signer: string): Readonly<Record<string, string>>;
  /** What was called by the environments above. */
  readonly calls: readonly Call[];
  readonly dynamodb: ReluctantDynamoDb;
  /** A deployed environment, with queues where they are here. */
  localized(environment: Readonly<Record<string, string>>): Record<string, string>;
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
  const secrets = await startSecretsManager(Object.fromEntries(arns.map((arn) => [arn, kept])));
  await createTables(templates, services.dynamodb);
  await createBuckets(templates, services.s3AndSqs);
  const recorder = startCallRecorder();
  const ownQueues = await createQueues(templates, services.s3AndSqs);
  const [anyQueue = services.s3AndSqs] = ownQueues.values();
  const s3AndSqs = await recorder.through(services.s3AndSqs, new URL(anyQueue).origin);
  const queues = new Map(Array.from(ownQueues, ([name, url]) => [name, `${s3AndSqs}${new URL(url).pathname}`]));
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: await recorder.through(dynamodb.endpoint),
    AWS_ENDPOINT_URL_S3: s3AndSqs,
    AWS_ENDPOINT_URL_SQS: s3AndSqs,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: await recorder.through(secrets.endpoint),
  };
  return {
    environment,
    environmentOf: (signer) => ({ ...environment, AWS_ACCESS_KEY_ID: signer }),
    calls: recorder.calls,
    localized: (environment) =>
      Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, queues.get(value) ?? value])),
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
      await recorder.stop();
      await Promise.all([dynamodb.stop(), secrets.stop()]);
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
