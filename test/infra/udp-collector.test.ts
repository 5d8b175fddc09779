import { Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { describe, expect, it } from "vitest";
import { DEFAULT_VPC_CIDR, madeSubnets } from "../../lib/infra/udp-network.ts";
import { emptyApp } from "./synthesized.ts";
import { at } from "./template.ts";
import { addUdpCollector, type UdpCollectorChanges } from "./udp-collector-parts.ts";

function templateOf(changes?: UdpCollectorChanges): Template {
  const stack = new Stack(emptyApp(), "Test");
  addUdpCollector(stack, changes);
  return Template.fromStack(stack);
}

describe("the socket side", () => {
  it("lets in each of the client networks", () => {
    templateOf().hasResourceProperties("AWS::EC2::SecurityGroup", {
      SecurityGroupIngress: ["10.0.0.0/8", "192.168.7.0/24"].flatMap((CidrIp) => [
        Match.objectLike({ CidrIp, IpProtocol: "udp", FromPort: 4952 }),
        Match.objectLike({ CidrIp, IpProtocol: "tcp", FromPort: 4953 }),
      ]),
    });
  });

  it("lets in networks that are kept in prefix lists", () => {
    const lists = templateOf(() => ({ clientCidrs: [], clientPrefixLists: ["pl-0123abca"] }));
    for (const [IpProtocol, FromPort] of [
      ["udp", 4952],
      ["tcp", 4953],
    ]) {
      const rule = { SourcePrefixListId: "pl-0123abca", IpProtocol, FromPort, ToPort: FromPort };
      lists.hasResourceProperties("AWS::EC2::SecurityGroupIngress", rule);
    }
  });

  it.each([
    [[], "name the networks that publishers send from, such as 10.20.0.0/16, got []"],
    [["0.0.0.0/0"], '0.0.0.0/0 lets anybody fill the listeners: name the publishers\' networks, got ["0.0.0.0/0"]'],
    [["fe80::/10"], 'fe80::/10 is not an IPv4 network, got ["fe80::/10"]'],
  ])("refuses %j as client networks", (clientCidrs, problem) => {
    expect(() => templateOf(() => ({ clientCidrs }))).toThrow(`clientCidrs: ${problem}`);
  });

  it("needs no way to the internet in the VPC that it makes", () => {
    const template = templateOf();
    template.resourceCountIs("AWS::EC2::NatGateway", 0);
    template.resourceCountIs("AWS::EC2::InternetGateway", 0);
    const services = ["dynamodb", "s3", "secretsmanager", "sqs", "logs", "ecr.api", "ecr.dkr"];
    template.resourceCountIs("AWS::EC2::VPCEndpoint", services.length);
    for (const service of services) {
      const name = JSON.stringify(template.findResources("AWS::EC2::VPCEndpoint"));
      expect(name).toContain(`.${service}"`);
    }
  });

  it("faces the internet only when asked to, and its tasks never do", () => {
    const template = templateOf(() => ({ internetFacing: true }));
    template.hasResourceProperties("AWS::ElasticLoadBalancingV2::LoadBalancer", {
      Scheme: "internet-facing",
      Subnets: Match.arrayWith([{ Ref: Match.stringLikeRegexp("publicSubnet1") }]),
    });
    template.hasResourceProperties("AWS::ECS::Service", {
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          AssignPublicIp: "DISABLED",
          Subnets: Match.arrayWith([{ Ref: Match.stringLikeRegexp("tasksSubnet1") }]),
        },
      },
    });
    template.resourceCountIs("AWS::EC2::NatGateway", 0);
  });

  it.each([DEFAULT_VPC_CIDR, "172.16.4.0/22"])(
    "has its subnets of %s where settings look for the addresses of an internal load balancer",
    (cidr) => {
      const subnets = Object.values(templateOf(() => ({ cidr })).findResources("AWS::EC2::Subnet"));
      expect(subnets.map((subnet) => at(subnet, "Properties", "CidrBlock"))).toEqual(madeSubnets(cidr));
    },
  );

  it.each([
    [false, ["10.95.0.10", "10.95.1.10"], "PrivateIPv4Address", "tasksSubnet"],
    [true, ["eipalloc-0123abca", "eipalloc-0123abcb"], "AllocationId", "publicSubnet"],
  ])("has the addresses that it is given, facing the internet: %j", (internetFacing, addresses, name, subnet) => {
    templateOf(() => ({ internetFacing, loadBalancerAddresses: addresses })).hasResourceProperties(
      "AWS::ElasticLoadBalancingV2::LoadBalancer",
      {
        Subnets: Match.absent(),
        SubnetMappings: addresses.map((address, index) => ({
          SubnetId: { Ref: Match.stringLikeRegexp(`${subnet}${index + 1}`) },
          [name]: address,
        })),
      },
    );
  });

  it("refuses more addresses than it has subnets", () => {
    expect(() => templateOf(() => ({ loadBalancerAddresses: ["10.95.0.10", "10.95.1.10", "10.95.2.10"] }))).toThrow(
      'addresses: expected one for each of 2 subnets, got ["10.95.0.10","10.95.1.10","10.95.2.10"]',
    );
  });

  it("goes into a VPC of one's own without changing it", () => {
    const template = templateOf((stack) => ({
      vpc: Vpc.fromVpcAttributes(stack, "Own", {
        vpcId: "vpc-0123abca",
        availabilityZones: ["eu-west-1a", "eu-west-1b"],
        isolatedSubnetIds: ["subnet-0123abca", "subnet-0123abcb"],
        isolatedSubnetRouteTableIds: ["rtb-0123abca", "rtb-0123abcb"],
      }),
    }));
    for (const type of ["VPC", "Subnet", "VPCEndpoint", "FlowLog"]) template.resourceCountIs(`AWS::EC2::${type}`, 0);
    template.hasResourceProperties("AWS::ElasticLoadBalancingV2::LoadBalancer", {
      Subnets: ["subnet-0123abca", "subnet-0123abcb"],
      Scheme: "internal",
    });
  });

  it("has the size that is asked for", () => {
    const template = templateOf(() => ({ cpu: 2_048, minTasks: 3, maxTasks: 7 }));
    template.hasResourceProperties("AWS::ECS::TaskDefinition", { Cpu: "2048", Memory: "4096" });
    template.hasResourceProperties("AWS::ApplicationAutoScaling::ScalableTarget", { MinCapacity: 3, MaxCapacity: 7 });
  });
});
