import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importing, withFixedNames, withOneLoadBalancer } from "./changes/altered.ts";
import { exportsInUse } from "./changes/cross-stack.ts";
import { deploymentsIn, fullStage } from "./changes/full-stage.ts";
import { redeploymentRefusals } from "./changes/redeployment.ts";
import { fewSettingChanges, settingChanges } from "./changes/setting-changes.ts";
import { stackChange } from "./changes/stack-change.ts";
import { type Deployment, resourcesOf } from "./template.ts";

const deploymentOf = deploymentsIn(mkdtempSync(join(tmpdir(), "countersign-changes-")));
const stage = fullStage();
const { udp } = stage;
const changes = fewSettingChanges(stage);
const networks = ["udp.network with a canary", "udp.network of a load balancer that faces the internet"];
const watched = ["udp.internetFacing with a canary", ...networks, "udp.vpc with a canary"];

it("every setting has a change", () => {
  const names = settingChanges(stage).map(({ setting }) => setting);
  const expected = [...Object.keys(stage), ...Object.keys(udp).map((name) => `udp.${name}`)];
  expect(expected.filter((name) => !names.includes(name))).toEqual(["stage"]);
});

describe("a setting can be changed on a deployed stage, and changed back:", () => {
  it.each(changes)("$setting", ({ before, after }) => {
    expect(after).not.toEqual(before);
    const [old, now] = [deploymentOf(before), deploymentOf(after)];
    expect(redeploymentRefusals(old, now, old)).toEqual([]);
  });
});

/** The settings that could not be changed, or changed back, if constructs were written in another way. */
function refusedIf(written: (deployment: Deployment) => Deployment): readonly string[] {
  return changes
    .filter(({ before, after }) => {
      const [old, now] = [written(deploymentOf(before)), written(deploymentOf(after))];
      return redeploymentRefusals(old, now, old).length > 0;
    })
    .map(({ setting }) => setting);
}

describe("it would be seen if a setting could not be changed", () => {
  it("since the socket side imports what is taken away", () => {
    expect(refusedIf(importing)).toEqual([
      ...["tables", "log", "alarmTopicArn", "canary"],
      "udp.internetFacing with a canary",
    ]);
  });

  it("since another load balancer gets the listeners and target groups of the one that stands", () => {
    expect(refusedIf(withOneLoadBalancer)).toEqual([
      "udp.cidr",
      "udp.network",
      "udp.internetFacing",
      "udp.vpc",
      "udp.loadBalancerAddresses",
      "udp.vpc.vpcId",
      "udp.vpc.vpcId of a load balancer that faces the internet",
      "udp.vpc.subnetIds",
      "udp.vpc.publicSubnetIds of a load balancer that faces the internet",
      "udp.internetFacing in a VPC of one's own",
      ...watched,
    ]);
  });

  it.each([
    ["AWS::DynamoDB::Table", "TableName", ["tables"]],
    ["AWS::S3::Bucket", "BucketName", ["log"]],
    ["AWS::Logs::LogGroup", "LogGroupName", ["udp.cidr", "udp.network", "udp.vpc", "udp", ...watched]],
    ["AWS::SQS::Queue", "QueueName", []],
  ])("since each retained %s has a %s of its own", (type, property, settings) => {
    expect(refusedIf((deployment) => withFixedNames(deployment, type, property))).toEqual(settings);
  });
});

describe("a stage", () => {
  const now = deploymentOf(stage);

  it("keeps the load balancer, and the address that publishers know, from one version to the next", () => {
    const balancers = resourcesOf(now.udp, "AWS::ElasticLoadBalancingV2::LoadBalancer").map(([id]) => id);
    expect(balancers).toEqual(["UdpCollectorLoadBalancer9856B149"]);
  });

  it("can't keep one of its load balancer's addresses and change another, but by giving up both in between", () => {
    const withAddresses = (...loadBalancerAddresses: readonly string[]) =>
      deploymentOf({ ...stage, udp: { ...udp, internetFacing: true, loadBalancerAddresses } });
    const before = withAddresses("eipalloc-0123abca", "eipalloc-0123abcb");
    const after = withAddresses("eipalloc-0123abca", "eipalloc-0123abcc");
    expect(redeploymentRefusals(before, after)).toEqual([
      expect.stringContaining("can't be created: SubnetMappings.0.AllocationId is taken by"),
    ]);
    expect(redeploymentRefusals(before, withAddresses(), after)).toEqual([]);
  });

  it("can be upgraded from the version whose socket side imports everything", () => {
    expect(redeploymentRefusals(importing(now), now)).toEqual([]);
  });

  it("can't lose what its socket side uses while that stands: CloudFormation refuses", () => {
    const without = deploymentOf({ ...stage, udp: null });
    const refused = exportsInUse(stackChange(now.collector, without.collector), now.udp);
    expect(refused.map((one) => /(?:Ref|GetAtt)([A-Z][A-Za-z]+)/.exec(one)?.[1])).toEqual([
      "QuarantineBucket",
      "SigningSecret",
      "QueueCollectorSpillQueue",
      "TaskRole",
    ]);
  });
});
