import { contentDigest } from "../sample/content.ts";
import { accept, type Result, reject } from "../sample/rejection.ts";
import { counterTypes, type Sample } from "../sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../sample/value.ts";
import { fromExactJson, toExactJson } from "../wire/exact-json.ts";

/**
 * A person's decision which content of an identity is right. Kept in the storage that it is about, and read back by
 * whoever reads samples there.
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
  /** What the right content bills, for SQL, which can't digest a sample. */
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

/** What tells the settlements of one identity from all others. */
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
  const text = (name: string) => textOr(fields.get(name), undefined);
  const counter_name = text("counter_name");
  const resource_id = text("resource_id");
  const time = text("time");
  const message_id = text("message_id");
  const [content, reason, by, at] = [text("content"), text("reason"), text("settled_by"), text("settled_at")];
  const billed = billOf(fields);
  if (counter_name === undefined || resource_id === undefined || time === undefined || message_id === undefined) return;
  if (content === undefined || reason === undefined || by === undefined || at === undefined) return;
  if (billed === undefined) return;
  return { identity: { counter_name, resource_id, time, message_id }, content, reason, by, at, billed };
}

function billOf(fields: ValueMap): SettledBill | undefined {
  const project_id = textOr(fields.get("project_id"), null);
  const user_id = textOr(fields.get("user_id"), null);
  const counter_type = counterTypes.find((type) => type === fields.get("counter_type"));
  const counter_unit = textOr(fields.get("counter_unit"), undefined);
  const counter_volume = fields.get("counter_volume");
  if (counter_type === undefined || counter_unit === undefined) return undefined;
  if (typeof counter_volume !== "number" && typeof counter_volume !== "bigint") return undefined;
  return { project_id, user_id, counter_type, counter_unit, counter_volume };
}

function textOr<Other>(value: Value | undefined, other: Other): string | Other {
  return typeof value === "string" ? value : other;
}
