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
  canary: true,
  runbookUrl: "https://example.org/runbook.md",
};

const changedUdp: UdpSettings = {
  clientCidrs: ["192.168.7.0/24", "10.1.0.0/16"],
  clientPrefixLists: ["pl-0123abca"],
  cidr: "10.96.0.0/22",
  network: "ipv6-egress",
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

export type FullStage = StageSettings & { readonly udp: UdpSettings };

/** Every setting of a stage, each changed alone, in a stage that has everything. A synthesis for each: some ten seconds. */
export function settingChanges(stage: FullStage): readonly SettingChange[] {
  return [
    ...each(changed).map(([setting, value]) => ({ setting, before: stage, after: { ...stage, ...value } })),
    ...each(changedUdp).map(([setting, value]) => ({ setting: `udp.${setting}`, ...udpChange(stage, value) })),
    ...settingChangesElsewhere(stage),
  ];
}

/** What takes away or moves something. All else takes nothing of anybody's place, and is changed at once. */
const alone: readonly string[] = ["tables", "log", "alarmTopicArn", "canary"];
const aloneUdp: readonly string[] = ["cidr", "network", "internetFacing", "vpc", "loadBalancerAddresses"];

/** The same in fewer changes: those of settings that should do no harm are made together. */
export function fewSettingChanges(stage: FullStage): readonly SettingChange[] {
  const isHere = ({ setting }: SettingChange) => alone.includes(setting) || aloneUdp.includes(setting.slice(4));
  const [rest, udpRest] = [without(changed, alone), without(changedUdp, aloneUdp)];
  return [
    { setting: Object.keys(rest).join(), before: stage, after: { ...stage, ...rest } },
    { setting: `udp: ${Object.keys(udpRest).join()}`, ...udpChange(stage, udpRest) },
    ...settingChanges(stage).filter(isHere),
    ...settingChangesElsewhere(stage),
  ];
}

/** No socket side, and one in a VPC of one's own. */
function settingChangesElsewhere(stage: FullStage): readonly SettingChange[] {
  const watched = { ...stage, canary: true };
  const inOwnVpc = { ...stage, udp: { ...stage.udp, vpc: ownVpc } };
  const facing = { ...inOwnVpc, udp: { ...inOwnVpc.udp, internetFacing: true } };
  return [
    { setting: "udp", before: stage, after: { ...stage, udp: null } },
    ...each(changedVpc).flatMap(([setting, value]) => [
      { setting: `udp.vpc.${setting}`, ...udpChange(inOwnVpc, { vpc: { ...ownVpc, ...value } }) },
      {
        setting: `udp.vpc.${setting} of a load balancer that faces the internet`,
        ...udpChange(facing, { vpc: { ...ownVpc, ...value } }),
      },
    ]),
    { setting: "udp.internetFacing in a VPC of one's own", ...udpChange(inOwnVpc, { internetFacing: true }) },
    { setting: "udp.internetFacing with a canary", ...udpChange(watched, { internetFacing: true }) },
    { setting: "udp.network with a canary", ...udpChange(watched, { network: "ipv6-egress" }) },
    {
      setting: "udp.network of a load balancer that faces the internet",
      ...udpChange({ ...stage, udp: { ...stage.udp, internetFacing: true } }, { network: "ipv6-egress" }),
    },
    { setting: "udp.vpc with a canary", ...udpChange(watched, { vpc: ownVpc }) },
  ];
}

function udpChange(before: FullStage, value: Partial<UdpSettings>): Omit<SettingChange, "setting"> {
  return { before, after: { ...before, udp: { ...before.udp, ...value } } };
}

/** Each entry as an object of its own. */
function each<T extends object>(values: T): readonly (readonly [name: string, one: Partial<T>])[] {
  return Object.keys(values).map((name) => [name, pick(values, name)] as const);
}

function pick<T extends object>(values: T, wanted: string): Partial<T> {
  return without(
    values,
    Object.keys(values).filter((name) => name !== wanted),
  );
}

function without<T extends object>(values: T, names: readonly string[]): Partial<T> {
  const rest = { ...values };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest;
}
