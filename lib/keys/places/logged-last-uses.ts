import { setTimeout as pause } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type ResultField,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { bounded } from "../../aws/bounded-client.ts";
import { type CallLimits, callLimits, limitOptions } from "../../aws/client-options.ts";
import { backoff } from "../../flow/backoff.ts";
import { dimensionNames, keyUsedField } from "../../ledger/metrics.ts";
import type { LastUses } from "../key-store.ts";
import { collectorLogs } from "./collector-logs.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Uses matter for 50 days at most (`keys retire --unused-days`); lines that are older cost their reading. */
const LOOK_BACK_DAYS = 55;

/** More than sets of keys have; CloudWatch gives no more rows of one query. */
const MOST_ROWS = 10_000;

/** A query reads some gigabytes in seconds. */
const QUERY_MS = 120_000;
const pauseAfter = backoff({ firstMs: 200, mostMs: 2_000 });

export interface LoggedLastUsesOptions {
  readonly limits?: CallLimits;
  /** How long the query may take, in milliseconds. */
  readonly queryMs?: number;
}

/**
 * Finds in the collector's log lines when keys were last used, to the hour, by a query of CloudWatch Logs Insights.
 *
 * Only what was used is logged, so that no lines may mean no use or no collector: uses are known from when any key was
 * seen to be used, and from when the newest of the logs was made.
 *
 * @param now milliseconds since 1970
 */
export async function loggedLastUses(
  region: string,
  stage: string,
  keyIds: readonly string[],
  now: number,
  { limits = callLimits.figures, queryMs = QUERY_MS }: LoggedLastUsesOptions = {},
): Promise<LastUses> {
  const client = bounded(new CloudWatchLogsClient({ region, ...limitOptions(limits) }), limits);
  try {
    const logs = await collectorLogs(client, stage);
    if ("problem" in logs) return { ok: false, ...logs };
    const rows = await query(client, stage, logs.names, now, queryMs);
    return "problem" in rows
      ? { ok: false, ...rows }
      : usesIn(rows.rows, { stage, keyIds, now, completeSince: logs.completeSince });
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ok: false, problem: `CloudWatch Logs can't be read: ${why}` };
  } finally {
    client.destroy();
  }
}

type Rows = { readonly rows: readonly (readonly ResultField[])[] } | { readonly problem: string };

async function query(
  client: CloudWatchLogsClient,
  stage: string,
  logGroupNames: readonly string[],
  now: number,
  queryMs: number,
): Promise<Rows> {
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupNames: [...logGroupNames],
      startTime: Math.floor((now - LOOK_BACK_DAYS * DAY_MS) / 1_000),
      endTime: Math.ceil(now / 1_000),
      queryString: [
        `filter ${dimensionNames.stage} = ${JSON.stringify(stage)} and ispresent(${keyUsedField})`,
        `stats min(@timestamp) as first, max(@timestamp) as last by ${keyUsedField}`,
      ].join(" | "),
      limit: MOST_ROWS,
    }),
  );
  const deadline = performance.now() + queryMs;
  for (let looks = 1; performance.now() < deadline; looks++) {
    const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
    if (status === "Complete") {
      // What was cut off would look unused.
      return results.length < MOST_ROWS
        ? { rows: results }
        : { problem: "CloudWatch Logs has more keys than it tells" };
    }
    if (status !== "Scheduled" && status !== "Running") {
      return { problem: `CloudWatch Logs did not end the query for last uses (${status})` };
    }
    await pause(Math.min(pauseAfter(looks), Math.max(0, deadline - performance.now())));
  }
  // It ends by itself within an hour: whoever gave it up needs no right to stop it.
  return { problem: `CloudWatch Logs did not answer the query for last uses within ${queryMs / 1_000} s` };
}

interface Asked {
  readonly stage: string;
  readonly keyIds: readonly string[];
  readonly now: number;
  readonly completeSince: number;
}

function usesIn(rows: readonly (readonly ResultField[])[], { stage, keyIds, now, completeSince }: Asked): LastUses {
  const uses = new Map<string, number>();
  let since = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const fields = new Map(row.map(({ field, value }) => [field, value]));
    const [first, last] = [fields.get("first"), fields.get("last")].map(timeOf);
    const keyId = fields.get(keyUsedField);
    if (first === undefined || last === undefined || keyId === undefined) {
      return { ok: false, problem: "CloudWatch Logs gave last uses that can't be understood" };
    }
    // A line stands for all that its hour brings afterwards.
    since = Math.min(since, first + HOUR_MS, now);
    if (keyIds.includes(keyId)) uses.set(keyId, Math.min(last + HOUR_MS, now));
  }
  if (uses.size > 0) return { ok: true, since: Math.max(since, completeSince), uses };
  return {
    ok: false,
    problem: `the log of the stage ${stage} names none of the keys as used in ${LOOK_BACK_DAYS} days: is it that stage?`,
  };
}

/** CloudWatch gives times as milliseconds since 1970 out of its functions, and as text out of its fields. */
function timeOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  const time = Number.isNaN(number) ? Date.parse(`${value.replace(" ", "T")}Z`) : number;
  return Number.isNaN(time) ? undefined : time;
}
