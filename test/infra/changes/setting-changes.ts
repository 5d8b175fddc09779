import type { StageSettings, UdpSettings, VpcSettings } from "../../../lib/infra/stage-settings.ts";

/** The name of a stage is not among them: another name is another stage. */
type ChangedSettings = Omit<StageSettings, "stage" | "udp">;

/** One change: of which setting, and a stage before and after it. */
export interface SettingChange {
  readonly setting: string;
  readonly before: StageSettings;
  readonly after: StageSettings;
}

const ownVpc: VpcSettings = {
  vpcId: "vpc-0123abca",
  availabilityZones: ["eu-west-1a", "eu-west-1b"],
  subnetIds: ["subnet-0123abca", "subnet-0123abcb"],
  publicSubnetIds: ["subnet-0123abcc", "subnet-0123abcd"],
};

/** What each setting becomes: a type that is complete, so that no setting is without a change. */
const changed: ChangedSettings = {
  dialects: ["py3"],
  extraFields: ["tenant"],
  keyCacheSeconds: 60,
  timeWindow: false,
  legacyListeners: [],
  tables: false,
  log: false,
  retentionDays: null,
  deletionProtection: false,
  terminationProtection: false,
  operatorMfa: true,
  batchSize: 10,
  batchWindowSeconds: 0,
  maxConcurrency: 50,
  logRetentionDays: 14,
  tags: { owner: "metering" },
  alarmTopicArn: "arn:aws:sns:eu-west-1:123456789012:owner",
  expectTraffic: ["queue", "udp"],
  runbookUrl: "https://example.org/runbook.md",
};

const changedUdp: UdpSettings = {
  clientCidrs: ["192.168.7.0/24", "10.1.0.0/16"],
  clientPrefixLists: ["pl-0123abca"],
  cidr: "10.96.0.0/22",
  internetFacing: true,
  vpc: ownVpc,
  minTasks: 3,
  maxTasks: 20,
  cpu: 1_024,
  tcpConnections: 2_000,
  tcpConnectionsPerAddress: 500,
  tcpBufferMebibytes: 32,
  loadBalancerAddresses: ["10.95.0.10", "10.95.1.10"],
};

const changedVpc: VpcSettings = {
  vpcId: "vpc-0123abcb",
  availabilityZones: ["eu-west-1b", "eu-west-1c"],
  subnetIds: ["subnet-0123abca", "subnet-0123abce"],
  publicSubnetIds: ["subnet-0123abcc", "subnet-0123abce"],
};

/** Every setting of a stage, each changed alone, in a stage that has everything. */
export function settingChanges(stage: StageSettings & { readonly udp: UdpSettings }): readonly SettingChange[] {
  const inOwnVpc = { ...stage, udp: { ...stage.udp, vpc: ownVpc } };
  const facing = { ...inOwnVpc, udp: { ...inOwnVpc.udp, internetFacing: true } };
  const ofUdp = (before: typeof inOwnVpc | typeof stage, value: Partial<UdpSettings>) => ({
    before,
    after: { ...before, udp: { ...before.udp, ...value } },
  });
  return [
    ...each(changed).map(([setting, value]) => ({ setting, before: stage, after: { ...stage, ...value } })),
    { setting: "udp", before: stage, after: { ...stage, udp: null } },
    ...each(changedUdp).map(([setting, value]) => ({ setting: `udp.${setting}`, ...ofUdp(stage, value) })),
    ...each(changedVpc).flatMap(([setting, value]) => [
      { setting: `udp.vpc.${setting}`, ...ofUdp(inOwnVpc, { vpc: { ...ownVpc, ...value } }) },
      {
        setting: `udp.vpc.${setting} of a load balancer that faces the internet`,
        ...ofUdp(facing, { vpc: { ...ownVpc, ...value } }),
      },
    ]),
    { setting: "udp.internetFacing in a VPC of one's own", ...ofUdp(inOwnVpc, { internetFacing: true }) },
  ];
}

/** Each entry as an object of its own. */
function each<T extends object>(values: T): readonly (readonly [name: string, one: Partial<T>])[] {
  return Object.keys(values).map((name) => [name, pick(values, name)] as const);
}

function pick<T extends object>(values: T, wanted: string): Partial<T> {
  const one = { ...values };
  for (const name of Object.keys(one)) if (name !== wanted) Reflect.deleteProperty(one, name);
  return one;
}
