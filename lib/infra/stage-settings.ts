import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { type ListenerName, listenerNames } from "../sample/listener-name.ts";
import {
  DEFAULT_KEY_CACHE_SECONDS,
  parseDialects,
  parseListenerNames,
  retentionProblem,
  type Settings,
} from "../settings.ts";
import { mostOf, type SocketSettings, socketDefaults } from "../socket-defaults.ts";
import type { JudgingSettings } from "./collector-environment.ts";
import { ContextReader } from "./context-reader.ts";
import { fixedAddressProblem } from "./fixed-addresses.ts";
import { clientNetworksProblem, vpcCidrProblem } from "./ipv4-networks.ts";
import { DEFAULT_NETWORK, type NetworkKind, networkKinds } from "./network-kind.ts";
import { DEFAULT_VPC_CIDR } from "./udp-network.ts";

/** The settings that differ from one deployment to the next; docs/deploy.md explains each. */
export interface StageSettings extends JudgingSettings {
  /** Samples go to DynamoDB. @default true */
  readonly tables: boolean;
  /** Samples go to a log in S3, which Athena reads. @default true */
  readonly log: boolean;
  /** Days that samples are kept. @default null, for ever */
  readonly retentionDays: number | null;
  /** Tables refuse to be deleted, whoever asks. @default true */
  readonly deletionProtection: boolean;
  /** CloudFormation refuses to delete the stacks, whoever asks. @default true */
  readonly terminationProtection: boolean;
  /** Only somebody who has shown a second factor may become the operator. @default false, as not every login has one to show */
  readonly operatorMfa: boolean;
  /** Queue messages that one invocation gets. @default 100 */
  readonly batchSize: number;
  /** Seconds to wait for them. @default 5 */
  readonly batchWindowSeconds: number;
  /** Invocations at a time. @default 10 */
  readonly maxConcurrency: number;
  /** Days that our own log lines are kept. @default 90 */
  readonly logRetentionDays: RetentionDays;
  /** The owner's topic for alarms. @default null, a topic is made */
  readonly alarmTopicArn: string | null;
  /** Where samples come all the time, so that half an hour without is an alarm. @default none */
  readonly expectTraffic: readonly ListenerName[];
  /** Samples of our own are sent every five minutes, and looked for in storage. @default false, as it costs and writes */
  readonly canary: boolean;
  /** The page that alarms link to, `#section` added. @default null, "docs/runbook.md" in the repository */
  readonly runbookUrl: string | null;
  /** Of both stacks, and of all in them that takes tags. @default none */
  readonly tags: Readonly<Record<string, string>>;
  /** The socket side. @default null, none: a load balancer costs money while idle */
  readonly udp: UdpSettings | null;
}

export interface UdpSettings extends Omit<SocketSettings, "healthHost"> {
  /** IPv4 networks that the publishers send from. */
  readonly clientCidrs: readonly string[];
  /** Ids of prefix lists with more of them; at least one network or list, and at most 30. @default none */
  readonly clientPrefixLists: readonly string[];
  /** Reachable from the internet. @default false */
  readonly internetFacing: boolean;
  /** Addresses of the load balancer, one for each zone: elastic IP addresses if it faces the internet. @default none */
  readonly loadBalancerAddresses: readonly string[];
  /** IPv4 network of the VPC that is made. @default "10.95.0.0/20" */
  readonly cidr: string;
  /** How that VPC leads to AWS. @default "endpoints" */
  readonly network: NetworkKind;
  /** The VPC to put it in. @default null, a VPC is made */
  readonly vpc: VpcSettings | null;
  /** @default 2 */
  readonly minTasks: number;
  /** @default 10 */
  readonly maxTasks: number;
  /** CPU units of a task; it gets twice as many MiB of memory. @default 512 */
  readonly cpu: number;
}

/** A VPC of one's own, described so that synthesis needs no look-up in the account. */
export interface VpcSettings {
  readonly vpcId: string;
  /** One for each subnet, in the same order. */
  readonly availabilityZones: readonly string[];
  /** For tasks, and for the load balancer while it is internal. */
  readonly subnetIds: readonly string[];
  /** For a load balancer that faces the internet. */
  readonly publicSubnetIds: readonly string[];
}

export type ParsedStage =
  | { readonly ok: true; readonly settings: StageSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The listeners that the canary sends to. Nothing inside a VPC reaches a load balancer that faces the internet. */
export function canaryListeners({ canary, udp }: StageSettings): readonly ListenerName[] {
  if (!canary) return [];
  return udp === null || udp.internetFacing ? ["queue"] : ["queue", "udp", "tcp"];
}

/** The names in the CDK context of all stages, of the one that is meant, and of a file with others. */
export const contextKeys = { stages: "countersign:stages", stage: "stage", file: "countersign:file" } as const;

const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;
/** A century: beyond it somebody meant "for ever", which is null. */
const MOST_DAYS = 36_525;
/** A week and a half: a key that is retired should stop being accepted some time. */
const MOST_SECONDS = 999_999;
/** The largest batch that Lambda allows without a window. */
const LARGEST_BATCH_WITHOUT_WINDOW = 10;

/** A resource takes 50, and CloudFormation and the constructs add some. */
const MOST_TAGS = 40;

/**
 * Reads one of several stages.
 *
 * @param from what they are read from, for problems
 * @returns its settings, or every problem at once, each with the offending value
 */
export function parseStage(stage: unknown, stages: unknown, from: string = contextKeys.stages): ParsedStage {
  const problems: string[] = [];
  const all = new ContextReader(from, stages, problems);
  if (typeof stage !== "string" || !STAGE_NAME.test(stage)) {
    const form = "1 to 20 of a-z, 0-9 and -, beginning with a letter";
    return {
      ok: false,
      problems: [...problems, `${contextKeys.stage}: expected ${form}, got ${JSON.stringify(stage)}`],
    };
  }
  const values = all.inner(stage);
  if (values === undefined) {
    if (problems.length === 0)
      problems.push(
        `${from}: no stage ${JSON.stringify(stage)}: describe it in cdk.json, or in a stages.json beside it`,
      );
    return { ok: false, problems };
  }
  const settings = stageFrom(stage, values);
  values.refuseOthers();
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems };
}

function stageFrom(stage: string, values: ContextReader): StageSettings {
  const settings: StageSettings = {
    stage,
    dialects: dialectsFrom(values),
    extraFields: values.texts("extraFields", /./, "names of top-level fields"),
    keyCacheSeconds: values.wholeNumber("keyCacheSeconds", { from: 1, to: MOST_SECONDS }, DEFAULT_KEY_CACHE_SECONDS),
    timeWindow: values.flag("timeWindow", true),
    legacyListeners: listenersFrom(values, "legacyListeners", listenerNames),
    tables: values.flag("tables", true),
    log: values.flag("log", true),
    retentionDays: values.wholeNumber("retentionDays", { from: 1, to: MOST_DAYS }, null),
    deletionProtection: values.flag("deletionProtection", true),
    terminationProtection: values.flag("terminationProtection", true),
    operatorMfa: values.flag("operatorMfa", false),
    batchSize: values.wholeNumber("batchSize", { from: 1, to: 10_000 }, 100),
    batchWindowSeconds: values.wholeNumber("batchWindowSeconds", { from: 0, to: 300 }, 5),
    maxConcurrency: values.wholeNumber("maxConcurrency", { from: 2, to: 1_000 }, 10),
    logRetentionDays: values.oneOf("logRetentionDays", LOG_RETENTIONS, RetentionDays.THREE_MONTHS),
    alarmTopicArn: values.text("alarmTopicArn", /^arn:[^:]+:sns:[^:]+:\d{12}:[\w-]+$/, "the ARN of an SNS topic", null),
    expectTraffic: listenersFrom(values, "expectTraffic", []),
    canary: values.flag("canary", false),
    runbookUrl: values.text(
      "runbookUrl",
      RUNBOOK_URL,
      "a URL of http or https, of at most 500 characters, without #",
      null,
    ),
    tags: values.textsByName("tags", isTag, "tags: names of 1 to 128 and values of 1 to 256 characters"),
    udp: udpFrom(values.inner("udp")),
  };
  if (!settings.tables && !settings.log) values.problem("log", "samples need tables or a log: set one of them to true");
  if (settings.canary && !settings.tables)
    values.problem("canary", "needs tables, where a sample is found by its name");
  if (Object.keys(settings.tags).length > MOST_TAGS) values.problem("tags", `at most ${MOST_TAGS}`);
  const tooShort = retentionProblem(settings.retentionDays, settings.timeWindow, "set timeWindow to false");
  if (tooShort !== undefined) values.problem("retentionDays", tooShort);
  if (settings.udp === null && settings.expectTraffic.some((listener) => listener !== "queue")) {
    values.problem("expectTraffic", "udp and tcp need the setting udp");
  }
  if (settings.batchSize > LARGEST_BATCH_WITHOUT_WINDOW && settings.batchWindowSeconds === 0) {
    values.problem("batchSize", `at most ${LARGEST_BATCH_WITHOUT_WINDOW} when batchWindowSeconds is 0`);
  }
  return settings;
}

/** What CloudFormation and every service takes; names that begin with `aws:` are AWS's own. */
function isTag(name: string, value: string): boolean {
  return /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu.test(name) && /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u.test(value);
}

/** Not those that mean for ever: a log group without an end is a bill without an end. */
const LOG_RETENTIONS = Object.values(RetentionDays)
  .filter((days) => typeof days === "number")
  .filter((days) => days < RetentionDays.INFINITE);

function dialectsFrom(values: ContextReader): Settings["dialects"] {
  const text = values.text("dialects", /./, "names of dialects with commas between", "py3,kilo,icehouse");
  const dialects = parseDialects(text);
  if (typeof dialects !== "string") return dialects;
  values.problem("dialects", dialects);
  return [];
}

function listenersFrom(
  values: ContextReader,
  name: string,
  otherwise: readonly ListenerName[],
): readonly ListenerName[] {
  const text = values.text(name, /^.*$/, "listeners with commas between, or none", otherwise.join(","));
  const listeners = parseListenerNames(text);
  if (typeof listeners !== "string") return listeners;
  values.problem(name, listeners);
  return [];
}

/** An alarm's description, of which it is a part, has room for 1,024 characters. */
const RUNBOOK_URL = /^(?=.{1,500}$)https?:\/\/[^\s#]+$/;

const PREFIX_LIST = /^pl-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

function udpFrom(values: ContextReader | undefined): UdpSettings | null {
  if (values === undefined) return null;
  const clientCidrs = values.texts("clientCidrs", /./, "IPv4 networks such as 10.20.0.0/16");
  const clientPrefixLists = values.texts("clientPrefixLists", PREFIX_LIST, "ids such as pl-0123abcd");
  const wrong = clientNetworksProblem({ clientCidrs, clientPrefixLists });
  if (wrong !== undefined) values.problem("clientCidrs", wrong);
  const settings: UdpSettings = {
    clientCidrs,
    clientPrefixLists,
    internetFacing: values.flag("internetFacing", false),
    loadBalancerAddresses: values.texts("loadBalancerAddresses", /./, "addresses"),
    cidr: values.text("cidr", /./, "an IPv4 network such as 10.95.0.0/20", DEFAULT_VPC_CIDR),
    network: values.oneOf("network", networkKinds, DEFAULT_NETWORK),
    vpc: vpcFrom(values.inner("vpc")),
    minTasks: values.wholeNumber("minTasks", { from: 1, to: 100 }, 2),
    maxTasks: values.wholeNumber("maxTasks", { from: 1, to: 100 }, 10),
    cpu: values.oneOf("cpu", [256, 512, 1_024, 2_048, 4_096], 512),
    tcpConnections: limitFrom(values, "tcpConnections"),
    tcpConnectionsPerAddress: limitFrom(values, "tcpConnectionsPerAddress"),
    tcpBufferMebibytes: limitFrom(values, "tcpBufferMebibytes"),
  };
  const unfitCidr = vpcCidrProblem(settings.cidr);
  if (unfitCidr !== undefined) values.problem("cidr", unfitCidr);
  if (settings.vpc !== null && settings.cidr !== DEFAULT_VPC_CIDR) {
    values.problem("cidr", "is of a VPC that is made, and there is one of your own: leave out one of the two");
  }
  if (settings.vpc !== null && settings.network !== DEFAULT_NETWORK) {
    values.problem("network", "is of a VPC that is made, and there is one of your own: leave out one of the two");
  }
  if (settings.maxTasks < settings.minTasks) values.problem("maxTasks", `not less than minTasks ${settings.minTasks}`);
  const { internetFacing, vpc } = settings;
  const place = vpc === null ? { cidr: settings.cidr } : { zones: vpc.availabilityZones.length };
  const unfit = fixedAddressProblem(settings.loadBalancerAddresses, { internetFacing, ...place });
  if (unfit !== undefined) values.problem("loadBalancerAddresses", unfit);
  if (settings.internetFacing && settings.vpc?.publicSubnetIds.length === 0) {
    values.problem("vpc", "internetFacing needs publicSubnetIds");
  }
  values.refuseOthers();
  return settings;
}

function limitFrom(values: ContextReader, name: keyof typeof mostOf): number {
  return values.wholeNumber(name, { from: 1, to: mostOf[name] }, socketDefaults[name]);
}

function vpcFrom(values: ContextReader | undefined): VpcSettings | null {
  if (values === undefined) return null;
  const subnet = /^subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;
  const settings: VpcSettings = {
    vpcId: values.text("vpcId", /^vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/, "an id such as vpc-0123abcd", ""),
    availabilityZones: values.texts("availabilityZones", /^[a-z0-9-]+$/, "names such as eu-central-1a"),
    subnetIds: values.texts("subnetIds", subnet, "ids such as subnet-0123abcd"),
    publicSubnetIds: values.texts("publicSubnetIds", subnet, "ids such as subnet-0123abcd"),
  };
  const zones = settings.availabilityZones.length;
  if (settings.vpcId === "") values.problem("vpcId", "expected an id such as vpc-0123abcd");
  if (zones === 0) values.problem("availabilityZones", "name the zones of the subnets");
  if (settings.subnetIds.length !== zones) values.problem("subnetIds", `expected one for each of ${zones} zones`);
  if (![0, zones].includes(settings.publicSubnetIds.length)) {
    values.problem("publicSubnetIds", `expected none, or one for each of ${zones} zones`);
  }
  values.refuseOthers();
  return settings;
}
