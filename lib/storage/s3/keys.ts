import { createHash } from "node:crypto";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { TimeRange } from "../driver.ts";
import type { Source } from "../unreadable.ts";

/** `samples/` or `events/`, below the prefix that the storage was opened with. */
export function folderOf(prefix: string, kind: MeteringRecord["kind"]): string {
  return `${prefix}${kind}s/`;
}

/** The hour's folder, by the record's own time: a late record lies where readers look for it. */
export function partitionOf(prefix: string, record: MeteringRecord): string {
  const [day, hour] = [record.time.slice(0, 10), record.time.slice(11, 13)];
  return `${folderOf(prefix, record.kind)}dt=${day}/hour=${hour}/`;
}

/** An object's name says what is in it, so that the same content has the same name wherever it is written. */
export function objectKey(partition: string, content: string): string {
  return `${partition}${createHash("sha256").update(content).digest("hex")}.jsonl.gz`;
}

/** For messages: an object of which nothing could be read. */
export function wholeObject(bucket: string | undefined, key: string): Source {
  return { name: `s3://${bucket ?? ""}/${key}`, of: "whole" };
}

const DAY = /dt=(\d{4}-\d{2}-\d{2})\/$/;
const OBJECT = /^(?<partition>.*dt=(?<day>\d{4}-\d{2}-\d{2})\/hour=(?<hour>\d{2})\/)[0-9a-f]{64}\.jsonl\.gz$/;

/** Whether a day's folder can hold something of that time. What isn't a day's folder can't. */
export function dayOverlaps(folder: string, { from, to }: TimeRange): boolean {
  const day = DAY.exec(folder)?.[1];
  if (day === undefined) return false;
  return (from === undefined || day >= from.slice(0, 10)) && (to === undefined || `${day}T00:00:00.000000Z` < to);
}

/** The objects of each hour that can hold something of that time, newest hour first. What isn't ours is left out. */
export function hoursOf(keys: readonly string[], { from, to }: TimeRange): readonly (readonly string[])[] {
  const hours = new Map<string, string[]>();
  for (const key of keys) {
    const { partition = "", day, hour } = OBJECT.exec(key)?.groups ?? {};
    if (partition === "") continue;
    if (from !== undefined && `${day}T${hour}` < from.slice(0, 13)) continue;
    if (to !== undefined && `${day}T${hour}:00:00.000000Z` >= to) continue;
    const hourKeys = hours.get(partition) ?? [];
    hourKeys.push(key);
    hours.set(partition, hourKeys);
  }
  return Array.from(hours.keys())
    .sort()
    .reverse()
    .map((partition) => hours.get(partition) ?? []);
}
