import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { describe, expect, it } from "vitest";
import { SampleStorage } from "../../lib/infra/sample-storage.ts";
import { emptyApp } from "./synthesized.ts";
import { at, list, textOf } from "./template.ts";
import { addUdpCollector, type UdpCollectorChanges } from "./udp-collector-parts.ts";

/** What the policies of the endpoints of one service say, by effect and resource. */
function endpointsOf(service: string, changes: UdpCollectorChanges): readonly (readonly string[])[] {
  const stack = new Stack(emptyApp(), "Test");
  addUdpCollector(stack, changes);
  const found = Object.values(Template.fromStack(stack).findResources("AWS::EC2::VPCEndpoint"));
  return found
    .filter((one) => textOf(at(one, "Properties", "ServiceName")).endsWith(`.${service}`))
    .map((one) =>
      list(at(one, "Properties", "PolicyDocument", "Statement"))
        .flatMap((statement) =>
          list(at(statement, "Resource")).map((resource) => `${at(statement, "Effect")} ${textOf(resource)}`),
        )
        .sort(),
    );
}

const withStorage =
  (kept: { readonly tables?: boolean; readonly log?: boolean }): UdpCollectorChanges =>
  (stack) => ({ storage: new SampleStorage(stack, "Other", { stage: "test", ...kept }) });

describe("the endpoints of the VPC that is made", () => {
  it("lead to no table where there is none, and to no log", () => {
    expect(endpointsOf("dynamodb", withStorage({ tables: false }))).toEqual([["Deny *"]]);
    expect(endpointsOf("s3", withStorage({ log: false }))).toEqual([
      [
        "Allow arn:Partition:s3:::QuarantineBucket",
        "Allow arn:Partition:s3:::QuarantineBucket/*",
        "Allow arn:Partition:s3:::prod-Region-starport-layer-bucket/*",
      ],
    ]);
  });
});

describe("a VPC of one's own", () => {
  it("gets no endpoints: it has its owner's, with the owner's policies", () => {
    const attributes = { vpcId: "vpc-1", availabilityZones: ["eu-west-1a"], isolatedSubnetIds: ["subnet-1"] };
    const own: UdpCollectorChanges = (stack) => ({ vpc: Vpc.fromVpcAttributes(stack, "Own", attributes) });
    expect(["dynamodb", "s3", "sqs"].flatMap((service) => endpointsOf(service, own))).toEqual([]);
  });
});
