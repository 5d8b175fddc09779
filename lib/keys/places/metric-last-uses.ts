import {
  CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  type MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { bounded } from "../../aws/bounded-client.ts";
import { type CallLimits, callLimits, limitOptions } from "../../aws/client-options.ts";
import { dimensionNames, keyMetricName, metricsNamespace } from "../../ledger/metrics.ts";
import type { LastUses } from "../key-store.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Points of an hour stay available for 455 days; this is as far as one request reaches for many keys. */
const LOOK_BACK_DAYS = 55;

/** CloudWatch gives 100,800 figures in one answer: so many keys with one figure an hour. */
const KEYS_A_REQUEST = 60;
/** More parts than an answer of that size has. */
const MAX_PAGES = 100;

interface Found {
  /** When the first use was counted, of whichever key: earlier ones may not have been. */
  since: number;
  readonly uses: Map<string, number>;
}

/**
 * Reads from CloudWatch when keys were last used, to the hour.
 *
 * Only what was used is counted, so that no figures may mean no use or no collector: uses are known from when any
 * of the keys was seen to be used.
 *
 * @param now milliseconds since 1970
 */
export async function metricLastUses(
  region: string,
  stage: string,
  keyIds: readonly string[],
  now: number,
  limits: CallLimits = callLimits.figures,
): Promise<LastUses> {
  const client = bounded(new CloudWatchClient({ region, ...limitOptions(limits) }), limits);
  const found: Found = { since: Number.POSITIVE_INFINITY, uses: new Map() };
  try {
    for (let start = 0; start < keyIds.length; start += KEYS_A_REQUEST) {
      const problem = await readUses(client, stage, keyIds.slice(start, start + KEYS_A_REQUEST), now, found);
      if (problem !== undefined) return { ok: false, problem };
    }
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ok: false, problem: `CloudWatch can't be read: ${why}` };
  } finally {
    client.destroy();
  }
  if (found.uses.size > 0) return { ok: true, ...found };
  return {
    ok: false,
    problem: `CloudWatch has no ${keyMetricName} of the stage ${stage} for any of the keys in ${LOOK_BACK_DAYS} days: is it that stage?`,
  };
}

/** @returns what is wrong with the answer, if anything is */
async function readUses(
  client: CloudWatchClient,
  stage: string,
  keyIds: readonly string[],
  now: number,
  found: Found,
): Promise<string | undefined> {
  const range = { StartTime: new Date(now - LOOK_BACK_DAYS * DAY_MS), EndTime: new Date(now) };
  const MetricDataQueries = keyIds.map((keyId, index) => queryOf(stage, keyId, index));
  const answered = new Set<string | undefined>();
  let NextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await client.send(new GetMetricDataCommand({ ...range, MetricDataQueries, NextToken }));
    NextToken = answer.NextToken;
    for (const result of answer.MetricDataResults ?? []) {
      answered.add(result.Id);
      const problem = take(result, NextToken !== undefined, keyIds, now, found);
      if (problem !== undefined) return problem;
    }
    // Of a query that has no figures CloudWatch says so: otherwise a key would look unused.
    if (NextToken === undefined) return answered.size === keyIds.length ? undefined : "CloudWatch left keys out";
  }
  return "CloudWatch's answer does not end";
}

function queryOf(stage: string, keyId: string, index: number): MetricDataQuery {
  const Dimensions = [
    { Name: dimensionNames.stage, Value: stage },
    { Name: dimensionNames.keyId, Value: keyId },
  ];
  const Metric = { Namespace: metricsNamespace, MetricName: keyMetricName, Dimensions };
  return { Id: `k${index}`, MetricStat: { Metric, Period: HOUR_MS / 1_000, Stat: "Sum" } };
}

function take(
  { Id, StatusCode, Timestamps = [], Values = [] }: MetricDataResult,
  goesOn: boolean,
  keyIds: readonly string[],
  now: number,
  found: Found,
): string | undefined {
  if (StatusCode !== "Complete" && !(goesOn && StatusCode === "PartialData")) {
    return `CloudWatch gave figures in part only (${StatusCode})`;
  }
  const keyId = keyIds[Number(Id?.slice(1))];
  if (keyId === undefined) return "CloudWatch gave figures that were not asked for";
  for (const [index, start] of Timestamps.entries()) {
    if ((Values[index] ?? 0) <= 0) continue;
    const usedAt = Math.min(start.getTime() + HOUR_MS, now);
    found.since = Math.min(found.since, usedAt);
    found.uses.set(keyId, Math.max(usedAt, found.uses.get(keyId) ?? 0));
  }
  return undefined;
}
