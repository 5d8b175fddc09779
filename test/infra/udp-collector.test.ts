import { Duration, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, it } from "vitest";
import { QuarantineBucket } from "../../lib/infra/quarantine-bucket.ts";
import { SampleStorage } from "../../lib/infra/sample-storage.ts";
import { SigningSecret } from "../../lib/infra/signing-secret.ts";
import { SpillQueue } from "../../lib/infra/spill-queue.ts";
import { UdpCollector, type UdpCollectorProps } from "../../lib/infra/udp-collector.ts";
import { emptyApp } from "./synthesized.ts";

function templateOf(props: (stack: Stack) => Partial<UdpCollectorProps> = () => ({})): Template {
  const stack = new Stack(emptyApp(), "Test");
  new UdpCollector(stack, "UdpCollector", {
    settings: {
      stage: "test",
      dialects: ["py3"],
      extraFields: [],
      keyCacheSeconds: 300,
      timeWindow: true,
      legacyListeners: ["udp", "tcp"],
    },
    storage: new SampleStorage(stack, "Storage", { stage: "test" }),
    secret: new SigningSecret(stack, "Secret"),
    quarantine: new QuarantineBucket(stack, "Quarantine"),
    spillQueue: new SpillQueue(stack, "Spill", {
      deadLetterQueue: new Queue(stack, "DeadLetters"),
      maxReceiveCount: 5,
      visibilityTimeout: Duration.minutes(3),
    }),
    taskRole: new Role(stack, "TaskRole", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") }),
    clientCidrs: ["10.0.0.0/8", "192.168.7.0/24"],
    ...props(stack),
  });
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
