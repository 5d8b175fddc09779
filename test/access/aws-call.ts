import { at, type Json, listAt, objectAt, parseJson, textAt } from "../rehearse/json.ts";
import { ACCOUNT, localArn, localName, REGION } from "../rehearse/resolve.ts";
import type { Templates } from "../rehearse/templates.ts";
import type { RecordedCall } from "../support/recording-proxy.ts";

/** One thing that a call does to one resource, as IAM looks at it. */
export interface AwsCall {
  /** Id of the key that signed it. */
  readonly signer: string;
  /** The SDK's name of the call: `SendMessageBatch`. */
  readonly operation: string;
  /** The right that it takes: `sqs:SendMessage`. */
  readonly action: string;
  /** Its ARN; `*` for what takes none. */
  readonly resource: string;
  /** What conditions can be about, by their keys, beside who calls. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** The rights of calls that are not called as their right is. */
const rightOf: Readonly<Record<string, string>> = {
  SendMessageBatch: "SendMessage",
  DeleteMessageBatch: "DeleteMessage",
  ChangeMessageVisibilityBatch: "ChangeMessageVisibility",
  ListObjectsV2: "ListBucket",
  HeadBucket: "ListBucket",
};

/** @returns what a recorded call does; several things where it names several tables */
export function awsCalls(recorded: RecordedCall, arnOf: ArnOf): readonly AwsCall[] {
  const signer = /Credential=([^/]+)/.exec(recorded.headers.authorization ?? "")?.[1] ?? "nobody";
  const { service, operation, touched } = read(recorded, arnOf);
  const action = `${service}:${rightOf[operation] ?? operation}`;
  return touched.map(({ resource, context = {} }) => ({ signer, operation, action, resource, context }));
}

interface Touched {
  readonly resource: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

interface Read {
  readonly service: string;
  readonly operation: string;
  readonly touched: readonly Touched[];
}

/** The ARN of what is called so. */
export type ArnOf = (name: string) => string;

/** What no template has keeps its name, and is in no policy. */
export function arnsIn({ resources }: Templates): ArnOf {
  const arns = new Map(resources.map((one) => [localName(one), localArn(one)]));
  return (name) => arns.get(name) ?? `unknown:${name}`;
}

function read(recorded: RecordedCall, arnOf: ArnOf): Read {
  const [target = ""] = String(recorded.headers["x-amz-target"] ?? "").split(".");
  const { action: operation } = recorded;
  const body = parseJson(recorded.body) ?? null;
  if (target.startsWith("DynamoDB_")) return { service: "dynamodb", operation, touched: tablesIn(body, arnOf) };
  if (target === "AmazonSQS") {
    return { service: "sqs", operation, touched: [{ resource: arnOf(textAt(body, "QueueUrl")) }] };
  }
  if (target === "secretsmanager") {
    return { service: "secretsmanager", operation, touched: [{ resource: arnOf(textAt(body, "SecretId")) }] };
  }
  if (target.startsWith("Logs_")) return { service: "logs", operation, touched: logGroupsIn(body) };
  if (target.startsWith("GraniteService")) return { service: "cloudwatch", operation, touched: [{ resource: "*" }] };
  const form = new URLSearchParams(recorded.body);
  const stack = form.get("StackName");
  if (stack !== null) {
    const resource = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stack}/its-id`;
    return { service: "cloudformation", operation: form.get("Action") ?? "", touched: [{ resource }] };
  }
  return { service: "s3", ...objectIn(recorded, arnOf) };
}

function logGroupsIn(body: Json): readonly Touched[] {
  const names = listAt(body, "logGroupNames").map(String);
  const arns = names.map((name) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`);
  return arns.length === 0 ? [{ resource: "*" }] : arns.map((resource) => ({ resource }));
}

function tablesIn(body: Json, arnOf: ArnOf): readonly Touched[] {
  const batch = Object.entries(objectAt(body, "RequestItems")).map(([table, asked]) => ({
    resource: arnOf(table),
    context: leading([...listAt(asked, "Keys"), ...writtenIn(asked)].map((key) => textAt(key, "pk", "S"))),
  }));
  if (batch.length > 0) return batch;
  const index = textAt(body, "IndexName");
  const key = textAt(body, "Key", "pk", "S") || textAt(body, "ExpressionAttributeValues", ":partition", "S");
  const resource = arnOf(textAt(body, "TableName")) + (index === "" ? "" : `/index/${index}`);
  return [{ resource, ...(key !== "" && { context: leading([key]) }) }];
}

function writtenIn(asked: Json): readonly Json[] {
  const requests = Array.isArray(asked) ? asked : [];
  return requests.map((one) => at(one, "PutRequest", "Item") ?? at(one, "DeleteRequest", "Key") ?? null);
}

function leading(keys: readonly string[]): Touched["context"] {
  return { "dynamodb:LeadingKeys": keys };
}

function objectIn({ method, path, headers }: RecordedCall, arnOf: ArnOf): Pick<Read, "operation" | "touched"> {
  const { pathname } = new URL(path, "http://localhost");
  const [, bucket = "", key = ""] = /^\/([^/]+)\/?(.*)$/.exec(decodeURIComponent(pathname)) ?? [];
  if (key === "") {
    const operation = { GET: "ListObjectsV2", HEAD: "HeadBucket", PUT: "CreateBucket" }[method] ?? method;
    return { operation, touched: [{ resource: arnOf(bucket) }] };
  }
  const operation = { GET: "GetObject", HEAD: "GetObject", PUT: "PutObject", DELETE: "DeleteObject" }[method] ?? method;
  const ifNoneMatch = headers["if-none-match"];
  const context = {
    "s3:ObjectCreationOperation": [String(method === "PUT")],
    ...(ifNoneMatch !== undefined && { "s3:if-none-match": [ifNoneMatch] }),
  };
  return { operation, touched: [{ resource: `${arnOf(bucket)}/${key}`, context }] };
}
