import { isDeepStrictEqual } from "node:util";
import { isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { fromExactJson } from "../../lib/wire/exact-json.ts";
import { type DecodeLimits, messageLimits } from "../../lib/wire/limits.ts";

const limits: DecodeLimits = { ...messageLimits, maxDepth: 512 };

/**
 * What is wrong with the stored rows, one text a message: not there, there more than once, never published, or not
 * exactly what was published. Maps may differ in order; an integer is never equal to a float.
 */
export function differencesOf(expected: readonly string[], rows: readonly string[]): readonly string[] {
  const stored = new Map<Value | undefined, ValueMap[]>();
  for (const row of rows.map(read)) {
    const id = row.get("message_id");
    stored.set(id, [...(stored.get(id) ?? []), withoutOurs(row)]);
  }
  const differences: string[] = [];
  for (const line of expected) {
    const message = read(line);
    const id = message.get("message_id");
    const found = stored.get(id) ?? [];
    stored.delete(id);
    const [row] = found;
    if (row === undefined || found.length > 1) differences.push(`stored ${found.length} times: ${line.slice(0, 300)}`);
    else if (!isDeepStrictEqual(row, message)) differences.push(`stored otherwise: ${line.slice(0, 300)}`);
  }
  for (const id of stored.keys()) differences.push(`stored, but not published: ${String(id)}`);
  return differences;
}

function read(line: string): ValueMap {
  const value = fromExactJson(line, limits);
  if (!value.ok) throw new Error(`${value.detail}: ${line.slice(0, 300)}`);
  if (!isValueMap(value.value)) throw new Error(`not a map: ${line.slice(0, 300)}`);
  return value.value;
}

/** What a row says beside what was signed. */
const OURS = ["format", "dialect", "time", "content", "conflict"] as const;

function withoutOurs(row: ValueMap): ValueMap {
  const message = new Map(row);
  for (const name of ["message_signature", ...OURS]) message.delete(name);
  return message;
}
