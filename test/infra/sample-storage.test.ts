import { DescribeTableCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, it } from "vitest";
import { SampleStorage, type SampleStorageProps } from "../../lib/infra/sample-storage.ts";
import { startDynamoDb } from "../support/dynamodb-server.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { emptyApp } from "./synthesized.ts";
import { at, list } from "./template.ts";

function storageOf(props: Partial<SampleStorageProps> = {}) {
  const stack = new Stack(emptyApp(), "Test");
  const storage = new SampleStorage(stack, "Storage", { stage: "test-1", ...props });
  return { stack, storage };
}

function actionsOf(grant: (storage: SampleStorage, role: Role) => void, props: Partial<SampleStorageProps> = {}) {
  const { stack, storage } = storageOf(props);
  grant(storage, new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") }));
  const policies = Object.values(Template.fromStack(stack).findResources("AWS::IAM::Policy"));
  return policies
    .flatMap((policy) => list(at(policy, "Properties", "PolicyDocument", "Statement")))
    .flatMap((statement) => list(at(statement, "Action")))
    .sort();
}

/** Keys and indexes alone, in an order that does not matter. */
function shapeOf({ KeySchema, AttributeDefinitions, GlobalSecondaryIndexes }: TableDescription) {
  const types = new Map(
    AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keys = (schema: typeof KeySchema) =>
    schema?.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} ${types.get(AttributeName)}`);
  return {
    keys: keys(KeySchema),
    indexes: (GlobalSecondaryIndexes ?? [])
      .map((index) => `${index.IndexName}: ${keys(index.KeySchema)} ${index.Projection?.ProjectionType}`)
      .sort(),
  };
}

describe("the tables", () => {
  it("are those that the driver makes on a laptop", async () => {
    const server = await startDynamoDb();
    try {
      const name = await server.freshTable();
      const made = await Promise.all(
        [name, `${name}-resources`].map(async (TableName) => {
          const { Table } = await server.client().send(new DescribeTableCommand({ TableName }));
          return shapeOf(Table ?? {});
        }),
      );
      const deployed = Object.values(Template.fromStack(storageOf().stack).findResources("AWS::DynamoDB::Table"));
      expect(deployed.map((table) => shapeOf(Object(at(table, "Properties"))))).toEqual(made);
    } finally {
      await server.close();
    }
  });
});

describe("what a collector may do with storage", () => {
  it("is to add, to read one mark, and with retention to put off an expiry", () => {
    const write = (storage: SampleStorage, role: Role) => storage.grantWrite(role);
    const tables = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"];
    // The first of each two is for the object that says the log's format.
    const log = ["s3:GetObject", "s3:PutObject", "s3:PutObject"];
    expect(actionsOf(write)).toEqual([...tables, ...log]);
    expect(actionsOf(write, { retentionDays: 30 })).toEqual([...tables, "dynamodb:UpdateItem", ...log]);
    expect(actionsOf(write, { tables: false })).toEqual(log);
    expect(actionsOf(write, { log: false })).toEqual(tables);
  });

  it("is not to read, which is granted apart, and never to delete", () => {
    expect(actionsOf((storage, role) => storage.grantRead(role))).toEqual([
      "dynamodb:BatchGetItem",
      "dynamodb:Query",
      "dynamodb:Scan",
      "s3:GetObject",
      "s3:ListBucket",
    ]);
  });
});

describe("the log's table in Athena", () => {
  const catalog = Template.fromStack(storageOf().stack);
  const table = at(Object.values(catalog.findResources("AWS::Glue::Table"))[0], "Properties", "TableInput");
  const columns = list(at(table, "StorageDescriptor", "Columns")).map((column) => at(column, "Name"));

  it("finds its partitions by their names, as the driver writes them", () => {
    expect(at(table, "Parameters")).toEqual({
      classification: "json",
      "projection.enabled": "true",
      "projection.dt.type": "date",
      "projection.dt.format": "yyyy-MM-dd",
      "projection.dt.range": "2014-01-01,NOW+1DAYS",
      "projection.hour.type": "integer",
      "projection.hour.range": "0,23",
      "projection.hour.digits": "2",
      "storage.location.template": {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills these in
        "Fn::Join": ["", ["s3://", { Ref: expect.any(String) }, "/samples/dt=${dt}/hour=${hour}/"]],
      },
    });
  });

  it("has a column for each field that is signed, and the two that are ours", () => {
    const sent = [...signedMessage(plainSample).keys(), "user_name", "project_name", "publisher_id"];
    expect([...columns].sort()).toEqual([...sent, "dialect", "time"].sort());
  });

  it("has a saved query that adds up deltas alone, and each sample once", () => {
    const [query] = Object.values(catalog.findResources("AWS::Athena::NamedQuery"));
    const sql = String(at(query, "Properties", "QueryString"));
    expect(sql).toContain("counter_type = 'delta'");
    expect(sql).toContain('PARTITION BY counter_name, resource_id, "time", message_id');
    expect(sql).toContain("WHERE copy = 1");
    const named = sql.match(/\b(?:counter|project|resource|message)_[a-z]+\b/g) ?? [];
    expect(named.filter((name) => !columns.includes(name))).toEqual([]);
  });
});

describe("storage", () => {
  it("has a URL for what it is made of", () => {
    const { stack, storage } = storageOf({ tables: false });
    expect(stack.resolve(storage.url)).toEqual({
      "Fn::Join": ["", ["s3://", { Ref: expect.stringMatching(/^StorageLogBucket/) }, "/"]],
    });
  });

  it("has to be somewhere", () => {
    expect(() => storageOf({ tables: false, log: false })).toThrow(
      'samples need tables or a log, got {"tables":false,"log":false}: set one of them to true',
    );
  });
});
