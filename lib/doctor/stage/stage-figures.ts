import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import {
  dimensionNames,
  type MetricName,
  metricsNamespace,
  momentaryMetrics,
  type ProcessMetricName,
  queueRoles,
  unstoredAgeMetricName,
} from "../../ledger/metrics.ts";
import { type ListenerName, listenerNames } from "../../sample/listener-name.ts";
import { rejectionReasons } from "../../sample/rejection.ts";
import type { Figures } from "../figures/figures.ts";
import { lossFigures } from "../figures/loss-figures.ts";

/** A day: who looks once a day misses nothing. */
const SPAN_MS = 86_400_000;
/** For what is of the moment: CloudWatch is minutes behind. */
const MOMENT_MS = 900_000;
const HOUR_SECONDS = 3_600;
const MINUTE_SECONDS = 60;
const MOST_PAGES = 20;

/** One figure that is asked for, under a name of our own. */
interface Asked {
  readonly key: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** The greatest of the last minutes, rather than the sum of the day. */
  readonly isMoment: boolean;
}

export interface StageMetrics {
  readonly stage: string;
  /** Names of SQS's own figures, by the queue's role for us. */
  readonly queueNames: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Reads what a stage's function and tasks have counted. @throws what keeps it from being read */
export async function readStageFigures(client: CloudWatchClient, metrics: StageMetrics): Promise<Figures> {
  const { stage, queueNames, now } = metrics;
  const asked = [...countedFigures(stage), ...ageFigures(stage, queueNames)];
  const values = new Map([
    ...(await read(
      client,
      asked.filter(({ isMoment }) => !isMoment),
      SPAN_MS,
      now,
    )),
    ...(await read(
      client,
      asked.filter(({ isMoment }) => isMoment),
      MOMENT_MS,
      now,
    )),
  ]);
  const total = (...key: readonly (string | undefined)[]) => values.get(keyOf(...key)) ?? 0;
  return {
    span: "within the last 24 hours",
    total: (name, listener) => total(name, listener),
    rejected: (listener, reason) => total("SamplesRejected", listener, reason),
    ages: (name) =>
      name === unstoredAgeMetricName
        ? new Map(queueRoles.map((role) => [role, Math.max(total(name, role), total(SQS_AGE, role))]))
        : new Map(),
  };
}

const SQS_AGE = "ApproximateAgeOfOldestMessage";

function keyOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join(" ");
}

function countedFigures(stage: string): readonly Asked[] {
  const own = (name: MetricName | ProcessMetricName, listener?: ListenerName, reason?: string): Asked => ({
    key: keyOf(name, listener, reason),
    namespace: metricsNamespace,
    metric: name,
    dimensions: {
      [dimensionNames.stage]: stage,
      ...(listener !== undefined && { [dimensionNames.listener]: listener }),
      ...(reason !== undefined && { [dimensionNames.reason]: reason }),
    },
    isMoment: momentaryMetrics.some((one) => one === name),
  });
  return [
    ...lossFigures.flatMap(({ name, listeners = [undefined] }) => listeners.map((listener) => own(name, listener))),
    ...listenerNames.flatMap((listener) => [
      ...(["MessagesReceived", "MessagesRejected", "MessagesPartial"] as const).map((name) => own(name, listener)),
      ...rejectionReasons.map((reason) => own("SamplesRejected", listener, reason)),
    ]),
    own("RecordsInFlight", "udp"),
    own("RecordsInFlight", "tcp"),
  ];
}

function ageFigures(stage: string, queueNames: StageMetrics["queueNames"]): readonly Asked[] {
  return queueRoles.flatMap((role): readonly Asked[] => [
    {
      key: keyOf(unstoredAgeMetricName, role),
      namespace: metricsNamespace,
      metric: unstoredAgeMetricName,
      dimensions: { [dimensionNames.stage]: stage, [dimensionNames.queue]: role },
      isMoment: true,
    },
    {
      key: keyOf(SQS_AGE, role),
      namespace: "AWS/SQS",
      metric: SQS_AGE,
      dimensions: { QueueName: queueNames[role] ?? "" },
      isMoment: true,
    },
  ]);
}

async function read(
  client: CloudWatchClient,
  asked: readonly Asked[],
  spanMs: number,
  now: number,
): Promise<readonly (readonly [string, number])[]> {
  const MetricDataQueries = asked.map(queryOf);
  const range = { StartTime: new Date(now - spanMs), EndTime: new Date(now) };
  const found = new Map<string, readonly number[]>();
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.send(new GetMetricDataCommand({ ...range, MetricDataQueries, NextToken }));
    NextToken = answer.NextToken;
    for (const result of answer.MetricDataResults ?? []) take(result, found);
    if (NextToken !== undefined) continue;
    // A figure without a value is answered too: one that is left out would look like 0.
    if (found.size < asked.length) throw new Error("CloudWatch left figures out");
    return asked.map(({ key, isMoment }, index) => {
      const values = found.get(`q${index}`) ?? [];
      return [key, isMoment ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0)];
    });
  }
  throw new Error("CloudWatch's answer does not end");
}

function take({ Id = "", StatusCode, Values = [] }: MetricDataResult, found: Map<string, readonly number[]>): void {
  if (StatusCode !== "Complete" && StatusCode !== "PartialData")
    throw new Error(`CloudWatch gave no figures (${StatusCode})`);
  found.set(Id, [...(found.get(Id) ?? []), ...Values]);
}

function queryOf({ namespace, metric, dimensions, isMoment }: Asked, index: number): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: metric, Dimensions };
  const [Period, Stat] = isMoment ? [MINUTE_SECONDS, "Maximum"] : [HOUR_SECONDS, "Sum"];
  return { Id: `q${index}`, MetricStat: { Metric, Period, Stat } };
}
