import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { startImpostor } from "../support/impostor-server.ts";
import { type RecordingProxy, startRecordingProxy } from "../support/recording-proxy.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";

/** Storages that are in an account: found by the environment, as in a function or a task, and never made. */

let dynamodb: DynamoDbServer;
let s3: S3Server;
let proxy: RecordingProxy;

beforeAll(async () => {
  [dynamodb, s3] = await Promise.all([startDynamoDb(), startS3Server()]);
  proxy = await startRecordingProxy(dynamodb.endpoint);
});
beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test").stubEnv("AWS_SECRET_ACCESS_KEY", "test").stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", proxy.url).stubEnv("AWS_ENDPOINT_URL_S3", s3.endpoint);
});
afterEach(() => {
  s3.fault = undefined;
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await proxy.close();
  await Promise.all([dynamodb.close(), s3.close()]);
});

/** @returns why it can't be opened; undefined if it can */
async function problemOf(url: string): Promise<string | undefined> {
  const storage = await openStorage(url, allDrivers);
  if (!storage.ok) return storage.problem;
  await storage.driver.close();
  return undefined;
}

async function tableWithKey(TableName: string, AttributeName: string): Promise<void> {
  const KeySchema = [{ AttributeName, KeyType: "HASH" }] as const;
  const AttributeDefinitions = [{ AttributeName, AttributeType: "S" }] as const;
  await dynamodb.client().send(
    new CreateTableCommand({
      ...{ TableName, BillingMode: "PAY_PER_REQUEST" },
      ...{ KeySchema: [...KeySchema], AttributeDefinitions: [...AttributeDefinitions] },
    }),
  );
}

describe("tables in an account", () => {
  it("are asked for one item each, and nothing else, but for the mark that the first start leaves", async () => {
    const table = await dynamodb.freshTable();
    const callsOfStart = async () => {
      const before = proxy.calls.length;
      expect(await problemOf(`dynamodb://${table}`)).toBeUndefined();
      const calls = proxy.calls.slice(before);
      return calls.map(({ action, body }) => [action, ...Object.keys(JSON.parse(body).RequestItems)]).sort();
    };
    const looks = [
      ["BatchGetItem", table],
      ["BatchGetItem", `${table}-resources`],
    ];
    expect(await callsOfStart()).toEqual([...looks, ["BatchWriteItem", `${table}-resources`]]);
    expect(await callsOfStart()).toEqual(looks);
  });

  it("are told by name where they are absent, or have other keys", async () => {
    const table = await dynamodb.freshTable();
    await tableWithKey("of-others", "id");
    const urls = [`dynamodb://absent?resources=${table}-resources`, `dynamodb://${table}?resources=absent`];
    expect(await Promise.all(urls.map(problemOf))).toEqual([
      "the table absent can't be opened: there is no table absent",
      `the table ${table} can't be opened: there is no table absent`,
    ]);
    expect(await problemOf(`dynamodb://of-others?resources=${table}-resources`)).toMatch(
      /^the table of-others can't be opened: the table of-others is not one of ours: ./,
    );
  });

  it("are not taken for absent, nor for there, by who has no right to them", async () => {
    const Message =
      "User: arn:aws:sts::1:assumed-role/tasks/1 is not authorized to perform: dynamodb:BatchGetItem on resource: arn:aws:dynamodb:eu-west-1:1:table/samples because no identity-based policy allows the dynamodb:BatchGetItem action";
    const body = JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", Message });
    const denying = await startImpostor({ status: 400, body });
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", denying.endpoint);
    expect(await problemOf("dynamodb://samples")).toBe(`the table samples can't be opened: ${Message}`);
    await denying.close();
  });
});

describe("a bucket in an account", () => {
  async function requestsOfStart(bucket: string) {
    s3.requests.length = 0;
    const problem = await problemOf(`s3://${bucket}/log`);
    return { problem, requests: [...s3.requests] };
  }

  /** Without a mark. */
  async function makeBucket(Bucket: string): Promise<void> {
    const client = s3.client();
    await client.send(new CreateBucketCommand({ Bucket }));
    client.destroy();
  }

  it("is asked for its format, and nothing else, but for the mark that the first start leaves", async () => {
    await makeBucket("there");
    const [get, put] = ["GET", "PUT"].map((method) => `${method} /there/log/format.json`);
    expect(await requestsOfStart("there")).toEqual({ problem: undefined, requests: [get, put, get] });
    expect(await requestsOfStart("there")).toEqual({ problem: undefined, requests: [get] });
  });

  it("is told where it is absent", async () => {
    expect(await requestsOfStart("absent")).toEqual({
      problem: "the bucket absent can't be opened: The specified bucket does not exist: absent",
      requests: ["GET /absent/log/format.json"],
    });
  });

  it.each([
    ["GET", ["GET", "PUT", "GET"]],
    ["PUT", ["GET", "PUT"]],
  ])("is not taken for absent, nor for there, by who has no right to %s", async (denied, methods) => {
    const bucket = `no-${denied.toLowerCase()}`;
    await makeBucket(bucket);
    s3.fault = ({ method }) => (method === denied ? { status: 403, code: "AccessDenied" } : undefined);
    expect(await requestsOfStart(bucket)).toEqual({
      problem: `the bucket ${bucket} can't be opened: on purpose`,
      requests: methods.map((method) => `${method} /${bucket}/log/format.json`),
    });
  });
});
