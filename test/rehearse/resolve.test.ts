import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { resolve } from "./resolve.ts";
import { readTemplates, type Templates } from "./templates.ts";

let folder: TemporaryFolder;
let templates: Templates;
beforeAll(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.path, { recursive: true });
  const base = {
    Resources: {
      Table1A: { Type: "AWS::DynamoDB::Table" },
      Secret2B: { Type: "AWS::SecretsManager::Secret" },
      Queue3C: { Type: "AWS::SQS::Queue" },
    },
    Outputs: { Own: { Value: { Ref: "Table1A" }, Export: { Name: "base:Table" } } },
  };
  await writeFile(join(folder.path, "base.template.json"), JSON.stringify(base));
  await writeFile(join(folder.path, "udp.template.json"), '{"Resources":{}}');
  templates = readTemplates(folder.path);
});
afterAll(() => folder.remove());

describe("references of a template", () => {
  it.each([
    [{ Ref: "Table1A" }, "table1a"],
    [{ Ref: "Secret2B" }, "arn:aws:secretsmanager:us-east-1:123456789012:secret:Secret2B-AbCdEf"],
    [{ Ref: "Queue3C" }, "https://sqs.us-east-1.amazonaws.com/123456789012/queue3c"],
    [{ Ref: "AWS::Region" }, "us-east-1"],
    [{ "Fn::GetAtt": ["Table1A", "Arn"] }, "arn:aws:dynamodb:us-east-1:123456789012:table/table1a"],
    [{ "Fn::GetAtt": ["Queue3C", "Arn"] }, "arn:aws:sqs:us-east-1:123456789012:queue3c"],
    [{ "Fn::Select": [4, { "Fn::Split": ["/", { Ref: "Queue3C" }] }] }, "queue3c"],
    [{ "Fn::Join": ["", ["dynamodb://", { Ref: "Table1A" }, "?a=b"]] }, "dynamodb://table1a?a=b"],
    [{ "Fn::Sub": ["assets-", "{AWS::AccountId}-", "{Table1A}"].join("$") }, "assets-123456789012-table1a"],
    [{ "Fn::ImportValue": "base:Table" }, "table1a"],
    [
      { Name: { Ref: "Table1A" }, List: [1, { Ref: "Table1A" }] },
      { Name: "table1a", List: [1, "table1a"] },
    ],
  ])("become local names: %j", (value, expected) => {
    expect(resolve(templates, "base", value)).toEqual(expected);
  });

  it.each([
    [{ "Fn::ImportValue": "base:Table" }],
    [{ "Fn::GetStackOutput": { StackName: "base", OutputName: "Own" } }],
  ])("are found in the stack that they are an output of: %j", (value) => {
    expect(resolve(templates, "udp", value)).toBe("table1a");
  });

  it.each([
    [{ Ref: "Gone" }, 'udp has no resource "Gone"'],
    [{ "Fn::ImportValue": "none" }, 'no stack exports "none"'],
    [{ "Fn::GetStackOutput": { StackName: "base", OutputName: "none" } }, 'base has no output "none"'],
    [{ "Fn::Cidr": [] }, "does not know Fn::Cidr"],
  ])("that lead nowhere are said: %j", (value, message) => {
    expect(() => resolve(templates, "udp", value)).toThrow(message);
  });
});
