import { keyUsedField, keyUsePeriodMs, noKey } from "../../ledger/metrics.ts";
import type { LastUses } from "../key-store.ts";
import type { CollectorLog } from "./collector-logs.ts";

/** What a query found, by the names of its fields: the first and the last line of one key in one log. */
export type Row = ReadonlyMap<string, string>;

export interface Asked {
  readonly logs: readonly CollectorLog[];
  readonly keyIds: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Last uses out of what the logs tell. No line of a key may mean that it was not used, or that nobody told: so uses are
 * known from when *each* of the logs tells of keys, as one says nothing about the uses in another.
 */
export function usesIn(rows: readonly Row[], { logs, keyIds, now }: Asked): LastUses {
  const uses = new Map<string, number>();
  const toldSince = new Map<string, number>();
  for (const row of rows) {
    const [first, last] = [row.get("first"), row.get("last")].map(timeOf);
    const keyId = row.get(keyUsedField);
    // As CloudWatch names it: ACCOUNT:NAME.
    const log = row.get("@log")?.replace(/^\d+:/, "");
    if (first === undefined || last === undefined || keyId === undefined || log === undefined) {
      return { ok: false, problem: "CloudWatch Logs gave last uses that can't be understood" };
    }
    // A line stands for what comes after it in its stretch of the clock.
    toldSince.set(log, Math.min(first + keyUsePeriodMs, now, toldSince.get(log) ?? now));
    if (keyId !== noKey && keyIds.includes(keyId)) {
      uses.set(keyId, Math.max(Math.min(last + keyUsePeriodMs, now), uses.get(keyId) ?? 0));
    }
  }
  if (toldSince.size === 0) return { ok: false, problem: "no log of the stage tells of keys: is its collector older?" };
  let since = 0;
  for (const { name, since: keptSince, isEmpty } of logs) {
    const told = toldSince.get(name);
    if (told !== undefined) since = Math.max(since, keptSince, told);
    // Who never ran used no key.
    else if (!isEmpty)
      return { ok: false, problem: `the log ${name} tells of no key: is its collector older, or silent?` };
  }
  return { ok: true, since, uses };
}

/** CloudWatch gives times as milliseconds since 1970 out of its functions, and as text out of its fields. */
function timeOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  const time = Number.isNaN(number) ? Date.parse(`${value.replace(" ", "T")}Z`) : number;
  return Number.isNaN(time) ? undefined : time;
}
