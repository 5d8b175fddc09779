import { describe, expect, it } from "vitest";
import type { Deployment, Resource, Template } from "../template.ts";
import { redeploymentRefusals } from "./redeployment.ts";
import { stackChange } from "./stack-change.ts";

const resource = (Type: string, Properties: unknown = {}): Resource => ({ Type, Properties });
const table = (TableName?: string): Resource => ({
  ...resource("AWS::DynamoDB::Table", { TableName }),
  DeletionPolicy: "Retain",
});
const stack = (Resources: Template["Resources"], Outputs: Template["Outputs"] = {}) => ({ Resources, Outputs });
const collector = (template: Template): Deployment => ({ collector: template, udp: { Resources: {} } });
const queue = (name: string) => resource("AWS::SQS::Queue", { QueueName: name });
const reader = (form: string, operand: unknown) =>
  stack({ Alarm: resource("AWS::CloudWatch::Alarm", { AlarmActions: [{ [form]: operand }] }) });

describe("an update of a stack", () => {
  it("replaces what can't be changed, and what names it where that can't be changed", () => {
    const vpc = (CidrBlock: string) =>
      stack({
        Vpc: resource("AWS::EC2::VPC", { CidrBlock }),
        Subnet: resource("AWS::EC2::Subnet", { VpcId: { Ref: "Vpc" } }),
        Endpoint: resource("AWS::EC2::VPCEndpoint", { SubnetIds: [{ Ref: "Subnet" }] }),
        Role: resource("AWS::IAM::Role"),
      });
    const { created, going, kept } = stackChange(vpc("10.1.0.0/20"), vpc("10.2.0.0/20"));
    expect({ created, going, kept }).toEqual({
      created: new Set(["Vpc", "Subnet"]),
      going: new Set(["Vpc", "Subnet"]),
      kept: new Set(["Endpoint", "Role"]),
    });
  });

  it("is refused where a name is taken by what goes last", () => {
    const one = collector(stack({ Old: queue("samples") }));
    const other = collector(stack({ New: queue("samples") }));
    expect(redeploymentRefusals(one, other)).toEqual(["New can't be created: QueueName is taken by Old, which goes"]);
  });

  it("is refused where a name is taken by what was retained", () => {
    const one = collector(stack({ Table: table("samples") }));
    const other = collector(stack({}));
    expect(redeploymentRefusals(one, other)).toEqual([]);
    expect(redeploymentRefusals(one, other, one)).toEqual([
      "Table can't be created: TableName is taken by what was left behind",
    ]);
    const unnamed = collector(stack({ Table: table() }));
    expect(redeploymentRefusals(unnamed, other, unnamed)).toEqual([]);
  });

  it("is refused where it removes or changes an export that the other stack imports", () => {
    const exporting = (value: string) => stack({}, { Topic: { Value: value, Export: { Name: "topic" } } });
    const udp = reader("Fn::ImportValue", "topic");
    const one = { collector: exporting("one"), udp };
    const literal = stack({ Alarm: resource("AWS::CloudWatch::Alarm", { AlarmActions: ["two"] }) });
    const inUse = ["the export topic is in use"];
    expect(redeploymentRefusals(one, { collector: exporting("two"), udp: literal })).toEqual(inUse);
    expect(redeploymentRefusals(one, { collector: stack({}), udp: literal })).toEqual(inUse);
    expect(redeploymentRefusals(one, { collector: exporting("one"), udp: literal })).toEqual([]);
  });

  it("leaves nobody with an output that is gone, or that became another without their being deployed again", () => {
    const giving = (name: string) => stack({ Queue: queue(name) }, { Queue: { Value: { Ref: "Queue" } } });
    const udp = reader("Fn::GetStackOutput", { OutputName: "Queue" });
    const one = { collector: giving("one"), udp };
    expect(redeploymentRefusals(one, { collector: giving("two"), udp })).toEqual([
      "the output Queue leads to something new, and its reader is not told",
    ]);
    expect(redeploymentRefusals(one, { collector: stack({}), udp })).toEqual(["there is no output Queue"]);
  });
});
