import { describe, expect, it } from "vitest";
import { listenerNames } from "../../lib/sample/listener-name.ts";
import { fullStage } from "./changes/full-stage.ts";
import { runbookUrl } from "./promises/alarms.ts";
import { ipv6Violations } from "./promises/ipv6.ts";
import { brokenPromises } from "./promises/promises.ts";
import { synthesize } from "./synthesized.ts";
import { at, list, type Resource, type Template } from "./template.ts";

const stage = { ...fullStage(), ...{ runbookUrl, expectTraffic: listenerNames, canary: true } };
const deployment = synthesize({ ...stage, udp: { ...stage.udp, network: "ipv6-egress" } });

describe("a network with IPv6 egress", () => {
  it("has the ways that it needs, and no other", () => {
    expect(ipv6Violations(deployment)).toEqual([]);
  });

  it("breaks no promise of the other network, but for what is said of the two ways", () => {
    const named = { collector: deployment.collector, udp: withoutNetworksName(deployment.udp) };
    expect(brokenPromises(named)).toEqual([
      "not allowed: TaskSecurityGroup lets out tcp 443 to ::/0",
      "not allowed: SocketCanarySecurityGroup lets out tcp 443 to ::/0",
      expect.stringMatching(/^missing: UdpCollectorNetworkVpcSecretsManager: /),
      expect.stringMatching(/^missing: UdpCollectorNetworkVpcSqs: /),
      "tasks: AWS_USE_DUALSTACK_ENDPOINT is true, expected undefined",
      expect.stringMatching(/^canary: \{[^}]*,"AWS_USE_DUALSTACK_ENDPOINT":"true"\} is not \{[^}]*\}$/),
    ]);
  });

  it.each<[string, number, (resource: Resource) => readonly unknown[][]]>([
    ["a rule on what is let out", 4, ({ Properties }) => outsideRules(Properties)],
    ["a variable that is AWS's own", 1, ({ Properties }) => awsVariables(Properties)],
  ])("would be seen to lack %s", (_, count, listsOf) => {
    const items = Object.entries(deployment.udp.Resources).flatMap(([id, resource]) =>
      listsOf(resource).flatMap((items, which) => items.map((item) => ({ id, which, item }))),
    );
    expect(items).toHaveLength(count);
    const unseen = items.filter(({ id, item }) => {
      const udp = edited((one) => (one === id ? (value) => without(value, item) : undefined));
      return ipv6Violations({ ...deployment, udp }).length === 0;
    });
    expect(unseen).toEqual([]);
  });

  it("would be seen to lack a resource, or what of it makes the way", () => {
    const wanted: Readonly<Record<string, readonly string[]>> = {
      "AWS::EC2::VPCCidrBlock": ["AmazonProvidedIpv6CidrBlock"],
      "AWS::EC2::Subnet": ["Ipv6CidrBlock", "AssignIpv6AddressOnCreation"],
      "AWS::EC2::Route": ["DestinationIpv6CidrBlock", "EgressOnlyInternetGatewayId", "RouteTableId"],
      "AWS::EC2::EgressOnlyInternetGateway": [],
      "AWS::EC2::VPCEndpoint": ["VpcEndpointType"],
      "AWS::Lambda::Function": ["VpcConfig", "Environment"],
    };
    const found = Object.entries(deployment.udp.Resources).filter(([, { Type }]) => wanted[Type] !== undefined);
    const deletions = found.flatMap(([id, { Type }]) => {
      const { [id]: _, ...others } = deployment.udp.Resources;
      const properties = (wanted[Type] ?? []).map((name) => ({
        what: `${id} ${name}`,
        udp: edited((one) => (one === id ? (value) => without(value, at(value, name)) : undefined)),
      }));
      return [{ what: id, udp: { ...deployment.udp, Resources: others } }, ...properties];
    });
    expect(deletions).toHaveLength(1 + 1 + 2 * 3 + 2 * 4 + 1 + 5 * 2 + 3);
    const unseen = deletions.filter(({ udp }) => ipv6Violations({ ...deployment, udp }).length === 0);
    expect(unseen.map(({ what }) => what)).toEqual([]);
  });
});

it("where the network has endpoints alone, nobody asks for names with IPv6 addresses", () => {
  const { udp } = synthesize(stage);
  expect(JSON.stringify(udp)).not.toMatch(/DUALSTACK|Ipv6|::\/0/);
});

/** As the other network's promises call it all. */
function withoutNetworksName(template: Template): Template {
  return JSON.parse(
    JSON.stringify(template).replaceAll(/ipv6egress|(?<=CollectorLoadBalancer)[0-9a-f]{8}(?=[A-Z])/g, ""),
  );
}

/** A copy in which resources are edited. */
function edited(editor: (id: string) => ((properties: unknown) => unknown) | undefined): Template {
  const entries = Object.entries(deployment.udp.Resources).map(([id, resource]) => {
    const edit = editor(id);
    return [id, edit === undefined ? resource : { ...resource, Properties: edit(resource.Properties) }] as const;
  });
  return { ...deployment.udp, Resources: Object.fromEntries(entries) };
}

/** A copy of a value without a part of it, wherever it stands. */
function without(value: unknown, part: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== part).map((one) => without(one, part));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== part)
      .map(([name, one]) => [name, without(one, part)]),
  );
}

function outsideRules(properties: unknown): readonly unknown[][] {
  return [list(at(properties, "SecurityGroupEgress")).filter((rule) => at(rule, "FromPort") === 443)];
}

function awsVariables(properties: unknown): readonly unknown[][] {
  const variables = list(at(properties, "ContainerDefinitions", 0, "Environment"));
  return [variables.filter((one) => String(at(one, "Name")).startsWith("AWS_"))];
}
