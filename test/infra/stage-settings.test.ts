import { describe, expect, it } from "vitest";
import { parseStage } from "../../lib/infra/stage-settings.ts";

const defaults = {
  stage: "dev",
  dialects: ["py3", "kilo", "icehouse"],
  extraFields: [],
  keyCacheSeconds: 300,
  timeWindow: true,
  legacyListeners: ["queue", "udp", "tcp"],
  tables: true,
  log: true,
  retentionDays: null,
  deletionProtection: true,
  terminationProtection: true,
  operatorMfa: false,
  batchSize: 100,
  batchWindowSeconds: 5,
  maxConcurrency: 10,
  logRetentionDays: 90,
  alarmTopicArn: null,
  runbookUrl: null,
  expectTraffic: [],
  canary: false,
  tags: {},
  udp: null,
};

const ownVpc = { vpcId: "vpc-0123abca", availabilityZones: ["eu-west-1a"], subnetIds: ["subnet-0123abca"] };

/** That many networks. */
const cidrs = (count: number) => Array.from({ length: count }, (_, index) => `10.${index}.0.0/16`);

function problemsOf(values: unknown): readonly string[] {
  const parsed = parseStage("dev", { dev: values });
  return parsed.ok ? [] : parsed.problems;
}

describe("the settings of a stage", () => {
  it("are safe by default, and cost nothing while idle", () => {
    expect(parseStage("dev", { dev: {} })).toEqual({ ok: true, settings: defaults });
  });

  it("are read from the stage that is meant", () => {
    const prod = {
      dialects: "kilo",
      extraFields: ["tenant"],
      keyCacheSeconds: 60,
      timeWindow: false,
      legacyListeners: "queue,tcp",
      tables: false,
      retentionDays: 400,
      deletionProtection: false,
      terminationProtection: false,
      operatorMfa: true,
      batchSize: 10,
      batchWindowSeconds: 0,
      maxConcurrency: 50,
      logRetentionDays: 14,
      alarmTopicArn: "arn:aws:sns:eu-west-1:123456789012:owner",
      expectTraffic: "queue,udp",
      canary: false,
      runbookUrl: "https://git.example.org/countersign/docs/runbook.md",
      tags: { "cost-centre": "4711", owner: "Zoë" },
      udp: {
        clientCidrs: ["10.1.0.0/16"],
        vpc: ownVpc,
        minTasks: 3,
        maxTasks: 4,
        cpu: 1_024,
        tcpConnectionsPerAddress: 1_000,
      },
    };
    expect(parseStage("prod", { dev: { no: "matter" }, prod })).toEqual({
      ok: true,
      settings: {
        ...defaults,
        ...prod,
        stage: "prod",
        dialects: ["kilo"],
        legacyListeners: ["queue", "tcp"],
        expectTraffic: ["queue", "udp"],
        udp: {
          ...prod.udp,
          clientPrefixLists: [],
          cidr: "10.95.0.0/20",
          network: "endpoints",
          internetFacing: false,
          loadBalancerAddresses: [],
          vpc: { ...ownVpc, publicSubnetIds: [] },
          tcpConnections: 1_000,
          tcpBufferMebibytes: 64,
        },
      },
    });
  });

  it.each([
    [undefined, {}, "stage: expected 1 to 20 of a-z, 0-9 and -, beginning with a letter, got undefined"],
    ["Prod", {}, 'stage: expected 1 to 20 of a-z, 0-9 and -, beginning with a letter, got "Prod"'],
    ["prod", {}, 'countersign:stages: no stage "prod": describe it in cdk.json, or in a stages.json beside it'],
    ["prod", undefined, "countersign:stages: expected an object, got undefined"],
    ["prod", { prod: 5 }, "countersign:stages.prod: expected an object, got 5"],
  ])("are refused for stage %j of %j", (stage, stages, problem) => {
    expect(parseStage(stage, stages)).toEqual({ ok: false, problems: [problem] });
  });

  it("are refused with every problem at once, each with the offending value", () => {
    expect(
      problemsOf({
        dialects: "py3,py4",
        retentionDays: 0,
        deletionProtection: "yes",
        terminationProtection: "yes",
        keyCacheSeconds: 0,
        timeWindow: "no",
        legacyListeners: "queue,sctp",
        maxConcurrency: 1,
        logRetentionDays: 15,
        alarmTopicArn: "owner@example.org",
        runbookUrl: "runbook.md#dead-letters",
        expectTraffic: "amqp",
        extraFields: ["a", 5],
        udp: { clientCidrs: ["10.0.0.0/8"], minTasks: 5, maxTasks: 4, cpu: 300 },
        retentoin: 5,
      }),
    ).toEqual([
      'countersign:stages.dev.dialects: no dialect "py4": choose from py3, kilo, icehouse, got "py3,py4"',
      'countersign:stages.dev.extraFields: expected a list of names of top-level fields, got ["a",5]',
      "countersign:stages.dev.keyCacheSeconds: expected a whole number from 1 to 999999, got 0",
      'countersign:stages.dev.timeWindow: expected true or false, got "no"',
      'countersign:stages.dev.legacyListeners: no listener "sctp": choose from queue, udp, tcp, or none, got "queue,sctp"',
      "countersign:stages.dev.retentionDays: expected a whole number from 1 to 36525, got 0",
      'countersign:stages.dev.deletionProtection: expected true or false, got "yes"',
      'countersign:stages.dev.terminationProtection: expected true or false, got "yes"',
      "countersign:stages.dev.maxConcurrency: expected a whole number from 2 to 1000, got 1",
      expect.stringMatching(/^countersign:stages.dev.logRetentionDays: expected one of 1, 3, 5, 7, 14, .*, got 15$/),
      'countersign:stages.dev.alarmTopicArn: expected the ARN of an SNS topic, got "owner@example.org"',
      'countersign:stages.dev.expectTraffic: no listener "amqp": choose from queue, udp, tcp, or none, got "amqp"',
      'countersign:stages.dev.runbookUrl: expected a URL of http or https, of at most 500 characters, without #, got "runbook.md#dead-letters"',
      "countersign:stages.dev.udp.cpu: expected one of 256, 512, 1024, 2048, 4096, got 300",
      "countersign:stages.dev.udp.maxTasks: not less than minTasks 5, got 4",
      expect.stringMatching(/^countersign:stages.dev.retentoin: no such setting: choose from .*retentionDays/),
    ]);
  });

  it.each([
    [{ tables: false, canary: true }, "canary: needs tables, where a sample is found by its name, got true"],
    [{ tables: false, log: false }, "log: samples need tables or a log: set one of them to true, got false"],
    [
      { retentionDays: 83 },
      "retentionDays: at least 84, which is longer than the time window and what waits in queues and quarantine, or set timeWindow to false, got 83",
    ],
    [{ expectTraffic: "queue,udp" }, 'expectTraffic: udp and tcp need the setting udp, got "queue,udp"'],
    [{ batchWindowSeconds: 0 }, "batchSize: at most 10 when batchWindowSeconds is 0, got undefined"],
    [
      { tags: { "AWS:own": "1" } },
      "tags: expected an object of tags: names of 1 to 128 and values of 1 to 256 characters",
    ],
    [{ tags: { owner: 5 } }, "tags: expected an object of tags"],
    [{ tags: { owner: "" } }, "tags: expected an object of tags"],
    [{ tags: { owner: "a\nb" } }, "tags: expected an object of tags"],
    [{ tags: Object.fromEntries(cidrs(41).map((one) => [one, one])) }, "tags: at most 40, got"],
    [{ udp: { clientCidrs: ["0.0.0.0/0"] } }, "0.0.0.0/0 lets anybody fill the listeners"],
    [{ udp: { clientCidrs: ["10.0.0.0/33"] } }, "10.0.0.0/33 is not an IPv4 network"],
    [{ udp: { clientCidrs: ["10.0.0.300/8"] } }, "10.0.0.300/8 is not an IPv4 network"],
    [{ udp: { clientCidrs: ["0.0.0.0/00"] } }, "0.0.0.0/00 lets anybody fill the listeners"],
    [{ udp: { clientCidrs: ["10.0.0.1/8"] } }, "10.0.0.1/8 names an address inside its network"],
    [{ udp: { clientCidrs: ["203.0.113.64/25"] } }, "203.0.113.64/25 names an address inside its network"],
    [
      { udp: { clientCidrs: cidrs(31) } },
      "clientCidrs: at most 30 in all, as a security group takes no more: these are 31 networks and 0 prefix lists; join networks to larger ones, or put them into a prefix list, got",
    ],
    [
      { udp: { clientCidrs: cidrs(30), clientPrefixLists: ["pl-0123abca"] } },
      "these are 30 networks and 1 prefix lists; join",
    ],
    [
      { udp: { clientCidrs: cidrs(1), clientPrefixLists: ["10.0.0.0/8"] } },
      "clientPrefixLists: expected a list of ids such as pl-0123abcd",
    ],
    [{ udp: { clientCidrs: cidrs(1), cidr: "10.95.0.0/23" } }, "cidr: expected 16 to 22 bits, as in 10.95.0.0/20, got"],
    [{ udp: { clientCidrs: cidrs(1), cidr: "10.0.0.0/15" } }, "cidr: expected 16 to 22 bits, as in 10.95.0.0/20, got"],
    [
      { udp: { clientCidrs: cidrs(1), cidr: "10.95.1.0/20" } },
      "cidr: 10.95.1.0/20 names an address inside its network",
    ],
    [{ udp: { clientCidrs: cidrs(1), network: "nat" } }, 'network: expected one of endpoints, ipv6-egress, got "nat"'],
    [
      { udp: { clientCidrs: cidrs(1), network: "ipv6-egress", vpc: ownVpc } },
      "network: is of a VPC that is made, and there is one of your own: leave out one of the two, got",
    ],
    [{ udp: { clientCidrs: cidrs(1), cidr: "any" } }, "cidr: any is not an IPv4 network"],
    [
      { udp: { clientCidrs: cidrs(1), cidr: "10.96.0.0/20", vpc: ownVpc } },
      "cidr: is of a VPC that is made, and there is one of your own: leave out one of the two, got",
    ],
    [{ udp: {} }, "clientCidrs: name the networks that publishers send from"],
  ])("refuse %j", (values, problem) => {
    expect(problemsOf(values)).toEqual([expect.stringContaining(problem)]);
  });

  it("may keep samples for a day where no time window is to outlast, and refuse every legacy signature", () => {
    expect(parseStage("dev", { dev: { retentionDays: 1, timeWindow: false, legacyListeners: "none" } })).toEqual({
      ok: true,
      settings: { ...defaults, retentionDays: 1, timeWindow: false, legacyListeners: [] },
    });
  });

  it("may refuse every legacy signature by an empty list, too", () => {
    expect(parseStage("dev", { dev: { legacyListeners: "" } })).toEqual({
      ok: true,
      settings: { ...defaults, legacyListeners: [] },
    });
  });

  it("may keep samples for hardly longer than a replay of one may take", () => {
    expect(problemsOf({ retentionDays: 84 })).toEqual([]);
  });

  it.each([
    [["10.95.0.10"], "expected none, or one for each of 2 zones"],
    [["10.95.0.10", "10.95.0.10"], "each zone needs an address of its own"],
    [["10.95.0.10", "10.95.0.11"], "10.95.0.11 is not an address of 10.95.1.0/24 that AWS leaves free"],
    [["10.95.0.3", "10.95.1.10"], "10.95.0.3 is not an address of 10.95.0.0/24 that AWS leaves free"],
    [["10.95.0.4", "10.95.1.255"], "10.95.1.255 is not an address of 10.95.1.0/24 that AWS leaves free"],
    [["eipalloc-0123abca", "eipalloc-0123abcb"], "eipalloc-0123abca is not an IPv4 address"],
  ])("refuse the load balancer's addresses %j in the VPC that is made", (loadBalancerAddresses, problem) => {
    expect(problemsOf({ udp: { clientCidrs: ["10.0.0.0/8"], loadBalancerAddresses } })).toEqual([
      expect.stringContaining(`countersign:stages.dev.udp.loadBalancerAddresses: ${problem}`),
    ]);
  });

  it("take the load balancer's addresses as they fit: private ones, one's own VPC's, or elastic ones", () => {
    const vpc = { vpcId: "vpc-0123abca", availabilityZones: ["eu-west-1a"], subnetIds: ["subnet-0123abca"] };
    const udp = { clientCidrs: ["10.0.0.0/8"] };
    const facing = { ...udp, internetFacing: true };
    expect([
      problemsOf({ udp: { ...udp, loadBalancerAddresses: ["10.95.0.4", "10.95.1.254"] } }),
      problemsOf({ udp: { ...udp, vpc, loadBalancerAddresses: ["172.16.3.3"] } }),
      problemsOf({ udp: { ...facing, loadBalancerAddresses: ["eipalloc-0123abca", "eipalloc-0123abcb"] } }),
      problemsOf({ udp: { ...facing, loadBalancerAddresses: ["203.0.113.4", "203.0.113.5"] } }),
    ]).toEqual([
      [],
      [],
      [],
      [expect.stringContaining("203.0.113.4 is not the id of an elastic IP address, such as eipalloc-0123abcd")],
    ]);
  });

  it("refuse a VPC that is described by halves", () => {
    const vpc = { availabilityZones: ["a", "b"], subnetIds: ["subnet-0123abca"], publicSubnetIds: ["subnet-0123abcb"] };
    expect(problemsOf({ udp: { clientCidrs: ["10.0.0.0/8"], vpc } })).toEqual([
      "countersign:stages.dev.udp.vpc.vpcId: expected an id such as vpc-0123abcd, got undefined",
      'countersign:stages.dev.udp.vpc.subnetIds: expected one for each of 2 zones, got ["subnet-0123abca"]',
      'countersign:stages.dev.udp.vpc.publicSubnetIds: expected none, or one for each of 2 zones, got ["subnet-0123abcb"]',
    ]);
  });
});
