import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addStage } from "../../lib/infra/stage.ts";
import type { UdpSettings, VpcSettings } from "../../lib/infra/stage-settings.ts";
import { emptyApp, stageSettings, synthesizeAnew } from "./synthesized.ts";
import { at, list, resourcesOf, textOf } from "./template.ts";

/** One for all, so that what the function runs is bundled once. */
const folder = mkdtempSync(join(tmpdir(), "countersign-stage-"));

const ownVpc: VpcSettings = {
  vpcId: "vpc-0123abca",
  availabilityZones: ["eu-west-1a"],
  subnetIds: ["subnet-0123abca"],
  publicSubnetIds: [],
};

describe("the stacks of a stage", () => {
  it.each([true, false])(
    "are protected from being deleted, or not, as the settings say: %j",
    (terminationProtection) => {
      const { collector, udp } = addStage(emptyApp(folder), { ...stageSettings("prod"), terminationProtection });
      expect([collector, udp].map((stack) => stack?.terminationProtection)).toEqual(
        Array(2).fill(terminationProtection),
      );
    },
  );

  it("carry the tags of the settings, which go to all that is in them, and to the tasks", () => {
    const tags = { "cost-centre": "4711", owner: "Zoë + co" };
    const settings = { ...stageSettings("prod"), tags };
    const { collector, udp } = addStage(emptyApp(folder), settings);
    expect([collector, udp].map((stack) => stack?.tags.tagValues())).toEqual([tags, tags]);
    const services = resourcesOf(synthesizeAnew(settings, folder).udp, "AWS::ECS::Service");
    expect(services.map(([, { Properties }]) => at(Properties, "PropagateTags"))).toEqual(["SERVICE"]);
  });
});

describe("the operator", () => {
  const whoMayBecomeIt = (operatorMfa: boolean) => {
    const { collector } = synthesizeAnew({ ...stageSettings("dev"), operatorMfa }, folder);
    const [[, role] = []] = resourcesOf(collector, "AWS::IAM::Role").filter(([id]) => id.startsWith("OperatorRole"));
    return list(at(role?.Properties, "AssumeRolePolicyDocument", "Statement")).map((one) => ({
      principal: textOf(at(one, "Principal", "AWS")),
      condition: at(one, "Condition"),
    }));
  };
  const principal = "arn:Partition:iam::AccountId:root";

  it("is whom the account lets become it, and, if the settings say so, who has shown a second factor", () => {
    expect(whoMayBecomeIt(false)).toEqual([{ principal, condition: undefined }]);
    expect(whoMayBecomeIt(true)).toEqual([
      { principal, condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } },
    ]);
  });
});

describe("the socket side", () => {
  const { udp, ...others } = stageSettings("prod");
  if (udp === null) throw new Error("the stage prod in cdk.json has no socket side");
  const outputsWith = (changed: Partial<UdpSettings>) => {
    const { Outputs = {} } = synthesizeAnew({ ...others, udp: { ...udp, ...changed } }, folder).udp;
    const values = Object.entries(Outputs).map(([name, { Value }]) => [name, textOf(Value)]);
    return Object.fromEntries(values.filter(([name]) => name !== "PublisherAddress"));
  };

  it("names what the VPC that it makes can be joined by, public ways too, and nothing of its owner's", () => {
    const network = "UdpCollectorNetworkVpc";
    const each = (kind: string, what: string) => [1, 2].map((zone) => `${network}${kind}Subnet${zone}${what}`);
    expect(outputsWith({ internetFacing: true })).toEqual({
      VpcId: network,
      SubnetIds: each("tasks", "Subnet").join(),
      RouteTableIds: [...each("tasks", "RouteTable"), ...each("public", "RouteTable")].join(),
    });
    expect(outputsWith({ vpc: ownVpc })).toEqual({});
  });
});
