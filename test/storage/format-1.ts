import { toMessage } from "../../lib/sample/message.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";

/** A record as a line of format 1, as rows were written before they said their format. */
export function inFormat1(record: MeteringRecord): string {
  const row = new Map<string, Value>();
  for (const [name, value] of toMessage(record)) {
    row.set(/^(?:signed:)*(?:dialect|time)$/.test(name) ? `signed:${name}` : name, value);
  }
  row.set("dialect", record.dialect);
  row.set("time", record.time);
  return toExactJson(row);
}
