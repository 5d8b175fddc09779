import { describe, expect, it } from "vitest";
import { addStage } from "../../lib/infra/stage.ts";
import type { UdpSettings, VpcSettings } from "../../lib/infra/stage-settings.ts";
import { emptyApp, stageSettings, synthesize } from "./synthesized.ts";
import { textOf } from "./template.ts";

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
      const { collector, udp } = addStage(emptyApp(), { ...stageSettings("prod"), terminationProtection });
      expect([collector, udp].map((stack) => stack?.terminationProtection)).toEqual(
        Array(2).fill(terminationProtection),
      );
    },
  );
});

describe("the socket side", () => {
  const { udp, ...others } = stageSettings("prod");
  if (udp === null) throw new Error("the stage prod in cdk.json has no socket side");
  const outputsWith = (changed: Partial<UdpSettings>) => {
    const { Outputs = {} } = synthesize({ ...others, udp: { ...udp, ...changed } }).udp;
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
