import { DescribeTableCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { describe, expect, it } from "vitest";
import { SampleStorage, type SampleStorageProps } from "../../lib/infra/sample-storage.ts";
import { settlementFor, toSettlementLine } from "../../lib/storage/settlement.ts";
import { startDynamoDb } from "../support/dynamodb-server.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { aSample } from "../support/sample-builder.ts";
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
  const [table, settlements] = Object.values(catalog.findResources("AWS::Glue::Table")).map((one) =>
    at(one, "Properties", "TableInput"),
  );
  const columnsOf = (one: unknown) => list(at(one, "StorageDescriptor", "Columns")).map((column) => at(column, "Name"));
  const columns = columnsOf(table);
  const queries = Object.values(catalog.findResources("AWS::Athena::NamedQuery")).map((query) => ({
    name: String(at(query, "Properties", "Name")),
    sql: String(at(query, "Properties", "QueryString")),
  }));
  const sqlOf = (name: string) => queries.find((query) => query.name === name)?.sql ?? "";

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

  it("has a column for each field that is signed, and those that are ours", () => {
    const sent = [...signedMessage(plainSample).keys(), "user_name", "project_name", "publisher_id"];
    expect([...columns].sort()).toEqual([...sent, "format", "dialect", "time", "content"].sort());
  });

  it("has another beside it for settlements, with a column for each name that they are written under", () => {
    const sample = aSample();
    const line = toSettlementLine(settlementFor(sample, { reason: "seen", by: "ann", at: sample.time }));
    expect([...columnsOf(settlements)].sort()).toEqual(Object.keys(JSON.parse(line)).sort());
    expect(at(settlements, "Parameters", "storage.location.template")).toEqual({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills these in
      "Fn::Join": ["", ["s3://", { Ref: expect.any(String) }, "/settlements/dt=${dt}/"]],
    });
  });

  it("has saved queries, which name columns that there are and look back over days that have a name", () => {
    expect(queries.map(({ name }) => name)).toEqual([
      "Usage of delta meters",
      "Conflicts",
      "Signatures with two identities",
    ]);
    for (const { sql } of queries) {
      const named = sql.match(/\b(?:counter|project|resource|message)_[a-z]+\b/g) ?? [];
      expect(named.filter((name) => !columns.includes(name))).toEqual([]);
      expect(sql).toContain("dt >= date_format(date_add('day', -");
    }
  });

  it("adds up deltas alone, of each identity the greatest volume or the right one, never one that a signature chooses", () => {
    const sql = sqlOf("Usage of delta meters");
    expect(sql).toContain("WHERE counter_type = 'delta' AND (is_right OR NOT settled)");
    expect(sql).toContain(
      'PARTITION BY counter_name, resource_id, "time", message_id, project_id, counter_unit ORDER BY volume DESC',
    );
    expect(sql).toContain("WHERE place = 1");
    expect(sql).not.toContain("message_signature");
  });

  it("finds identities of several contents, and signatures of several identities", () => {
    expect(sqlOf("Conflicts")).toContain("HAVING count(DISTINCT content) > 1");
    const sql = sqlOf("Signatures with two identities");
    expect(sql).toContain("GROUP BY message_signature\nHAVING count(DISTINCT identity) > 1");
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
