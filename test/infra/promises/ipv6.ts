import { at, type Deployment, list, plainId, type Resource, resourcesOf, type Template, textOf } from "../template.ts";
import { rulesOf } from "./network.ts";

/** What a network with IPv6 egress has in the place of endpoints, one line each. There is nothing else in it. */
const expected = [
  "the VPC has an IPv6 network of Amazon's",
  ...["1", "2"].flatMap((zone) => [
    `tasksSubnet${zone} has an IPv6 network, and gives addresses of it`,
    `tasksSubnet${zone} leads out by IPv6`,
  ]),
  "one way out by IPv6, none back",
  ...["Gateway DynamoDb", "Gateway S3", "Interface Logs", "Interface EcrApi", "Interface EcrDocker"],
  "TaskSecurityGroup lets out tcp 443 to 0.0.0.0/0",
  "TaskSecurityGroup lets out tcp 443 to ::/0",
  "SocketCanarySecurityGroup lets out tcp 443 to 0.0.0.0/0",
  "SocketCanarySecurityGroup lets out tcp 443 to ::/0",
  "tasks take names with IPv6 addresses",
  "the canary takes names with IPv6 addresses",
  "the canary gets an IPv6 address",
  // Publishers see none of it.
  "the load balancer is of IPv4",
];

/** Tasks and canary reach AWS by IPv6, by port 443 alone, and what Fargate can't reach so has an endpoint. */
export function ipv6Violations({ udp }: Deployment): readonly string[] {
  const lines = [...vpcLines(udp), ...rulesOut(udp), ...callers(udp)];
  return [
    ...expected.filter((line) => !lines.includes(line)).map((line) => `missing: ${line}`),
    ...lines.filter((line) => !expected.includes(line)).map((line) => `not allowed: ${line}`),
  ];
}

function vpcLines(udp: Template): readonly string[] {
  const of = (type: string) => resourcesOf(udp, `AWS::EC2::${type}`);
  const ways = ["InternetGateway", "NatGateway", "EIP"].flatMap(of);
  return [
    ...of("VPCCidrBlock").map(([, one]) => `the VPC has ${ipv6BlockOf(one)}`),
    ...of("Subnet").map(([id, { Properties }]) => {
      const gives = at(Properties, "AssignIpv6AddressOnCreation") === true ? "gives" : "does not give";
      const has = at(Properties, "Ipv6CidrBlock") === undefined ? "has no" : "has an";
      return `${subnetName(id)} ${has} IPv6 network, and ${gives} addresses of it`;
    }),
    ...of("Route").map(([, { Properties }]) => {
      const gateway = textOf(at(Properties, "EgressOnlyInternetGatewayId"));
      const isOut = gateway.endsWith("Ipv6EgressGateway") && at(Properties, "DestinationIpv6CidrBlock") === "::/0";
      return `${subnetName(textOf(at(Properties, "RouteTableId")))} leads ${isOut ? "out by IPv6" : "elsewhere"}`;
    }),
    `${counted(of("EgressOnlyInternetGateway").length)} out by IPv6, none back`,
    ...ways.map(([id]) => `another way: ${id}`),
    ...of("VPCEndpoint").map(
      ([id, { Properties }]) => `${at(Properties, "VpcEndpointType")} ${plainId(id).replace(/^.*Vpc/, "")}`,
    ),
  ];
}

function ipv6BlockOf({ Properties }: Resource): string {
  return at(Properties, "AmazonProvidedIpv6CidrBlock") === true
    ? "an IPv6 network of Amazon's"
    : "another network, and from whom";
}

function counted(gateways: number): string {
  return gateways === 1 ? "one way" : `${gateways} ways`;
}

function subnetName(id: string): string {
  return /tasksSubnet[12]/.exec(id)?.[0] ?? id;
}

/** Where anybody but the load balancer may send, apart from sending to it. */
function rulesOut(udp: Template): readonly string[] {
  return rulesOf(udp)
    .filter((line) => /^(?:Task|SocketCanary).* lets out/.test(line) && !line.includes("to LoadBalancer"))
    .map((line) => line.replace("ipv6egress", ""));
}

function callers(udp: Template): readonly string[] {
  const name = "AWS_USE_DUALSTACK_ENDPOINT";
  const tasks = resourcesOf(udp, "AWS::ECS::TaskDefinition").map(([, { Properties }]) =>
    list(at(Properties, "ContainerDefinitions", 0, "Environment")).find((one) => at(one, "Name") === name),
  );
  const canaries = resourcesOf(udp, "AWS::Lambda::Function").map(([, { Properties }]) => Properties);
  const balancers = resourcesOf(udp, "AWS::ElasticLoadBalancingV2::LoadBalancer");
  return [
    ...tasks.filter((one) => at(one, "Value") === "true").map(() => "tasks take names with IPv6 addresses"),
    ...canaries
      .filter((one) => at(one, "Environment", "Variables", name) === "true")
      .map(() => "the canary takes names with IPv6 addresses"),
    ...canaries
      .filter((one) => at(one, "VpcConfig", "Ipv6AllowedForDualStack") === true)
      .map(() => "the canary gets an IPv6 address"),
    ...balancers
      .filter(([, { Properties }]) => [undefined, "ipv4"].includes(asText(at(Properties, "IpAddressType"))))
      .map(() => "the load balancer is of IPv4"),
  ];
}

function asText(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
