import { contentDigest } from "../sample/content.ts";
import { accept, type Result, reject } from "../sample/rejection.ts";
import { counterTypes, type Sample } from "../sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../sample/value.ts";
import { fromExactJson, toExactJson } from "../wire/exact-json.ts";

/**
 * A person's decision which content of an identity is right. Kept in the storage that it is about, and read back with the
 * samples there.
 */
export interface Settlement {
  readonly identity: SettledIdentity;
  /** `contentDigest` of the content that is right. */
  readonly content: string;
  readonly reason: string;
  /** Who settled it. */
  readonly by: string;
  /** When, in UTC, as `Sample.time`. */
  readonly at: string;
  /** The billed fields of the right content, for SQL, which can't digest a sample. */
  readonly billed: SettledBill;
}

export type SettledIdentity = Pick<Sample, "counter_name" | "resource_id" | "time" | "message_id">;
export type SettledBill = Pick<Sample, "project_id" | "user_id" | "counter_type" | "counter_unit" | "counter_volume">;

/** The decision that of all contents of a sample's identity this one is right. */
export function settlementFor(sample: Sample, decision: Pick<Settlement, "reason" | "by" | "at">): Settlement {
  const { counter_name, resource_id, time, message_id } = sample;
  const { project_id, user_id, counter_type, counter_unit, counter_volume } = sample;
  return {
    identity: { counter_name, resource_id, time, message_id },
    content: contentDigest(sample),
    ...decision,
    billed: { project_id, user_id, counter_type, counter_unit, counter_volume },
  };
}

/** A settlement as one line of legal JSON, under the wire's names where it has some. */
export function toSettlementLine({ identity, content, reason, by, at, billed }: Settlement): string {
  const fields: readonly (readonly [string, Value])[] = [
    ...Object.entries(identity),
    ["content", content],
    ...Object.entries(billed),
    ["reason", reason],
    ["settled_by", by],
    ["settled_at", at],
  ];
  return toExactJson(new Map(fields));
}

/** Reads what `toSettlementLine` wrote. */
export function fromSettlementLine(line: string): Result<Settlement> {
  const decoded = fromExactJson(line);
  if (!decoded.ok) return decoded;
  const settlement = isValueMap(decoded.value) ? toSettlement(decoded.value) : undefined;
  return settlement === undefined ? reject("undecodable", "not a settlement") : accept(settlement);
}

/** The key that the settlements of one identity share. */
export function settledKey({ counter_name, resource_id, time, message_id }: SettledIdentity): string {
  return JSON.stringify([counter_name, resource_id, time, message_id]);
}

/** The settlement that rules: the latest, and of two of one moment always the same. */
export function ruling(settlements: Iterable<Settlement>): Settlement | undefined {
  let latest: Settlement | undefined;
  for (const one of settlements) if (latest === undefined || orderOf(one) > orderOf(latest)) latest = one;
  return latest;
}

function orderOf(settlement: Settlement): string {
  return settlement.at + toSettlementLine(settlement);
}

function toSettlement(fields: ValueMap): Settlement | undefined {
  const counter_name = textIn(fields, "counter_name");
  const resource_id = textIn(fields, "resource_id");
  const time = textIn(fields, "time");
  const message_id = textIn(fields, "message_id");
  if (counter_name === undefined || resource_id === undefined || time === undefined || message_id === undefined) return;
  const content = textIn(fields, "content");
  const reason = textIn(fields, "reason");
  const by = textIn(fields, "settled_by");
  const at = textIn(fields, "settled_at");
  const billed = billIn(fields);
  if (content === undefined || reason === undefined || by === undefined || at === undefined) return;
  if (billed === undefined) return;
  return { identity: { counter_name, resource_id, time, message_id }, content, reason, by, at, billed };
}

function billIn(fields: ValueMap): SettledBill | undefined {
  const project_id = ownerIn(fields, "project_id");
  const user_id = ownerIn(fields, "user_id");
  const counter_type = counterTypes.find((type) => type === fields.get("counter_type"));
  const counter_unit = textIn(fields, "counter_unit");
  const counter_volume = fields.get("counter_volume");
  if (project_id === undefined || user_id === undefined) return undefined;
  if (counter_type === undefined || counter_unit === undefined) return undefined;
  if (typeof counter_volume !== "number" && typeof counter_volume !== "bigint") return undefined;
  return { project_id, user_id, counter_type, counter_unit, counter_volume };
}

function textIn(fields: ValueMap, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === "string" ? value : undefined;
}

function ownerIn(fields: ValueMap, name: string): string | null | undefined {
  return fields.get(name) === null ? null : textIn(fields, name);
}
