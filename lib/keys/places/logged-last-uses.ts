import { setTimeout as pause } from "node:timers/promises";
import { CloudWatchLogsClient, GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { bounded } from "../../aws/bounded-client.ts";
import { type CallLimits, callLimits, limitOptions } from "../../aws/client-options.ts";
import { backoff } from "../../flow/backoff.ts";
import { keyUsedField } from "../../ledger/metrics.ts";
import type { LastUses } from "../key-store.ts";
import { type CollectorLog, collectorLogs } from "./collector-logs.ts";
import { type Row, usesIn } from "./told-uses.ts";

const DAY_MS = 86_400_000;

/** Uses matter for 50 days at most (`keys retire --unused-days`); lines that are older cost their reading. */
const LOOK_BACK_DAYS = 55;

/** More than the keys of a set in some logs; CloudWatch gives no more rows of one query. */
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
 * Finds in the logs of a stage's collectors when keys were last used, by a query of CloudWatch Logs Insights.
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
    const logs = await collectorLogs(client, stage, now);
    if ("problem" in logs) return { ok: false, ...logs };
    const rows = await query(client, logs, now, queryMs);
    return "problem" in rows ? { ok: false, ...rows } : usesIn(rows, { logs, keyIds, now });
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ok: false, problem: `CloudWatch Logs can't be read: ${why}` };
  } finally {
    client.destroy();
  }
}

async function query(
  client: CloudWatchLogsClient,
  logs: readonly CollectorLog[],
  now: number,
  queryMs: number,
): Promise<readonly Row[] | { readonly problem: string }> {
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupNames: logs.map(({ name }) => name),
      startTime: Math.floor((now - LOOK_BACK_DAYS * DAY_MS) / 1_000),
      endTime: Math.ceil(now / 1_000),
      queryString: [
        `filter ispresent(${keyUsedField})`,
        `stats min(@timestamp) as first, max(@timestamp) as last by ${keyUsedField}, @log`,
      ].join(" | "),
      limit: MOST_ROWS,
    }),
  );
  const deadline = performance.now() + queryMs;
  for (let looks = 1; performance.now() < deadline; looks++) {
    const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
    if (status === "Complete") {
      // What was cut off would look unused.
      if (results.length >= MOST_ROWS) return { problem: "CloudWatch Logs has more keys than it tells" };
      return results.map((row) => new Map(row.map(({ field = "", value = "" }) => [field, value])));
    }
    if (status !== "Scheduled" && status !== "Running") {
      return { problem: `CloudWatch Logs did not end the query for last uses (${status})` };
    }
    await pause(Math.min(pauseAfter(looks), Math.max(0, deadline - performance.now())));
  }
  // It ends by itself within an hour: whoever gave it up needs no right to stop it.
  return { problem: `CloudWatch Logs did not answer the query for last uses within ${queryMs / 1_000} s` };
}
