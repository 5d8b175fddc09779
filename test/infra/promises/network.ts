import { at, type Deployment, list, plainId, resourcesOf, type Template, textOf } from "../template.ts";

/** The way of a datagram, a frame and a health check, and the tasks' own way to AWS. There is no other. */
const expected = [
  "LoadBalancer SecurityGroup lets in udp 4952 from 10.0.0.0/8",
  "LoadBalancer SecurityGroup lets in tcp 4953 from 10.0.0.0/8",
  "LoadBalancer SecurityGroup lets out udp 4952 to TaskSecurityGroup",
  "LoadBalancer SecurityGroup lets out tcp 4953 to TaskSecurityGroup",
  "LoadBalancer SecurityGroup lets out tcp 8080 to TaskSecurityGroup",
  // Leads nowhere; takes the place of the rule that lets everything out.
  "LoadBalancer SecurityGroup lets out tcp 4953 to 127.0.0.1/32",
  "TaskSecurityGroup lets in udp 4952 from LoadBalancer SecurityGroup",
  "TaskSecurityGroup lets in tcp 4953 from LoadBalancer SecurityGroup",
  "TaskSecurityGroup lets in tcp 8080 from LoadBalancer SecurityGroup",
  "TaskSecurityGroup lets out tcp 443 to 0.0.0.0/0",
  // The canary sends like any publisher, and looks into storage.
  "LoadBalancer SecurityGroup lets in udp 4952 from SocketCanarySecurityGroup",
  "LoadBalancer SecurityGroup lets in tcp 4953 from SocketCanarySecurityGroup",
  "SocketCanarySecurityGroup lets out udp 4952 to LoadBalancer SecurityGroup",
  "SocketCanarySecurityGroup lets out tcp 4953 to LoadBalancer SecurityGroup",
  "SocketCanarySecurityGroup lets out tcp 443 to 0.0.0.0/0",
  "Network Endpoints lets in tcp 443 from Network Vpc",
  // CDK's way to say: nothing.
  "Network Endpoints lets out icmp 252 to 255.255.255.255/32",
];

/** Security groups let through what is listed, no more and no less; nothing leads to the internet. */
export function networkViolations({ udp }: Deployment): readonly string[] {
  const lines = rulesOf(udp);
  const ways = ["AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"].flatMap((type) => resourcesOf(udp, type));
  return [
    ...expected.filter((line) => !lines.includes(line)).map((line) => `missing: ${line}`),
    ...lines.filter((line) => !expected.includes(line)).map((line) => `not allowed: ${line}`),
    ...ways.map(([id]) => `a way to the internet: ${id}`),
  ];
}

/** Every rule of every security group, one line each. */
export function rulesOf(template: Template): readonly string[] {
  const inline = resourcesOf(template, "AWS::EC2::SecurityGroup").flatMap(([id, { Properties }]) => [
    ...list(at(Properties, "SecurityGroupIngress")).map((rule) => described(plainId(id), "in", rule)),
    ...list(at(Properties, "SecurityGroupEgress")).map((rule) => described(plainId(id), "out", rule)),
  ]);
  const separate = (["Ingress", "Egress"] as const).flatMap((kind) =>
    resourcesOf(template, `AWS::EC2::SecurityGroup${kind}`).map(([, { Properties }]) =>
      described(textOf(at(Properties, "GroupId")), kind === "Ingress" ? "in" : "out", Properties),
    ),
  );
  return [...inline, ...separate];
}

function described(group: string, way: "in" | "out", rule: unknown): string {
  const [near, far] = way === "in" ? ["from", "Source"] : ["to", "Destination"];
  const other = textOf(at(rule, "CidrIp") ?? at(rule, "CidrIpv6") ?? at(rule, `${far}SecurityGroupId`));
  return `${short(group)} lets ${way} ${at(rule, "IpProtocol")} ${at(rule, "FromPort")} ${near} ${short(other)}`;
}

function short(name: string): string {
  return name.replace("UdpCollector", "").replace(/^(LoadBalancer|Network)(?=.)/, "$1 ");
}
