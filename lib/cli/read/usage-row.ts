import { type Decimal, dividedToEven, spell } from "../../query/decimal.ts";
import { toTime } from "../../query/instant.ts";
import type { UsageRow } from "../../query/usage.ts";

/** Digits of a second behind the point, which are the difference between micros and whole ones. */
const MICROS = 6;
const SECONDS_PER_HOUR = 3_600n;

/** A gauge's amount is shown in its unit times hours, as it is billed: `GiB·h`. */
export function amountUnit({ type, unit }: UsageRow): string {
  return type === "gauge" ? `${unit}·h` : unit;
}

/** A counter's is exact; a gauge's is rounded, half to even at 12 decimals. */
export function shownAmount(row: UsageRow): string {
  const exact = exactAmount(row);
  return spell(row.type === "gauge" ? dividedToEven(exact, SECONDS_PER_HOUR) : exact);
}

/**
 * A row as one line of JSON. Amounts are text, as few readers keep a number's digits; a gauge's exact one is in its
 * unit times seconds.
 *
 * @param isFinal nothing that is still to come can change it
 */
export function usageLine(row: UsageRow, isFinal: boolean): string {
  const fields: readonly (readonly [string, string])[] = [
    ["meter", JSON.stringify(row.meter)],
    ["type", JSON.stringify(row.type)],
    ["unit", JSON.stringify(row.unit)],
    ["project_id", JSON.stringify(row.project)],
    ...Array.from(row.group, ([field, value]) => [field, JSON.stringify(value)] as const),
    ["from", JSON.stringify(toTime(row.from))],
    ["to", JSON.stringify(toTime(row.to))],
    ["amount", JSON.stringify(shownAmount(row))],
    ["amount_unit", JSON.stringify(amountUnit(row))],
    ["exact", JSON.stringify(exactText(row))],
    ["samples", String(row.samples)],
    ["resources", String(row.resources)],
    ["resets", String(row.resets)],
    ["disorder", String(row.disorder)],
    ["conflicts", String(row.conflicts)],
    ["covered_seconds", row.covered === null ? "null" : secondsText(row.covered)],
    ["gap_seconds", row.gap === null ? "null" : secondsText(row.gap)],
    ["first", row.first === undefined ? "null" : JSON.stringify(toTime(row.first))],
    ["last", row.last === undefined ? "null" : JSON.stringify(toTime(row.last))],
    ["final", String(isFinal)],
  ];
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

function exactAmount({ type, amount }: Pick<UsageRow, "type" | "amount">): Decimal {
  return type === "gauge" ? { digits: amount.digits, scale: amount.scale + MICROS } : amount;
}

/** The whole decimal; a gauge's in its unit times seconds. Of a row, or of a part of one. */
export function exactText(row: Pick<UsageRow, "type" | "amount">): string {
  return spell(exactAmount(row));
}

/** JSON's numbers have as many digits as one writes. */
export function secondsText(micros: bigint): string {
  return spell({ digits: micros, scale: MICROS });
}
