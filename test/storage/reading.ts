import { identity } from "../../lib/sample/identity.ts";
import { toMessage } from "../../lib/sample/message.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Stored } from "../../lib/storage/driver.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";

/** Everything that a driver reads. */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** All that a record holds, each type told apart, in a form that a failed assertion can print. */
export function exactly(record: MeteringRecord): readonly string[] {
  return [record.kind, record.dialect, record.time, toExactJson(toMessage(record))];
}

/** The same order for what was recorded and what is read back. */
export function inOrder(records: readonly MeteringRecord[]): readonly MeteringRecord[] {
  return records.toSorted((a, b) => (identity(a) < identity(b) ? -1 : 1));
}

/** The answers to so many records that are all stored. */
export function recorded(count: number): readonly Stored[] {
  return Array.from({ length: count }, () => ({ kind: "recorded" }));
}
