import { type Decimal, isNegative, spell } from "../../../lib/query/decimal.ts";
import { DAY, HOUR, SECOND } from "../../../lib/query/instant.ts";
import type { CounterType } from "../../../lib/sample/sample.ts";
import type { Standing } from "../../../lib/storage/driver.ts";
import type { Worked } from "./worked.ts";

/** All that an example's questions have brought to light. */
type Shown = Pick<Worked, "parts" | "intervals" | "rows" | "printed" | "stored"> & {
  readonly asked: readonly Worked[];
};

/**
 * Each law of usage by the title of its example, and whether the law is seen at work there: an example that was changed
 * until it shows something else is none of this law. Whether its answers are right is a matter of their cells.
 */
const laws: Readonly<Record<string, (shown: Shown) => boolean>> = {
  "A delta counts at its time": ({ parts, rows }) =>
    parts.some(({ rule, from }) => rule === "volume" && rows.slice(1).some((row) => row.from === from)),
  "Deltas of one instant all count": ({ stored }) => isLevelWith(stored, "delta"),
  "A sample that comes twice counts once": ({ asked, stored }) =>
    asked.some(({ delivered }) => delivered > stored.length),

  "The first sample is the baseline": ({ parts, stored }) =>
    parts.some(({ rule, begin }) => rule === "rise" && isPositive(begin.volume) && isOf(begin, stored.at(-1))),
  "A rise that two periods share": ({ parts }) =>
    parts.some(({ rule, end, to, amount }) => rule === "rise" && to < timeOf(end) && hasTwelveDecimals(spell(amount))),
  "A small fall is disorder": ({ parts }) =>
    parts.some(({ rule, amount }) => rule === "disorder" && isNegative(amount)),
  "A deeper fall is a reset": ({ parts }) => parts.some(({ rule, amount }) => rule === "reset" && isPositive(amount)),
  "A negative reading after a reset counts as 0": ({ parts }) =>
    parts.some(({ rule, end }) => rule === "reset" && end !== undefined && isNegative(end.volume)),
  "A rise over more than a day falls at its later sample": ({ parts }) =>
    parts.some(
      ({ rule, begin, end, amount }) => rule === "rise" && isPositive(amount) && timeOf(end) - begin.time > DAY,
    ),
  "A silence of more than 35 days begins anew": ({ intervals, rows }) =>
    intervals.some(({ begin, end }) => isIn(rows, end) && timeOf(end) - begin.time > 35 * DAY),
  "A counter takes the greatest of one instant": ({ stored }) => isLevelWith(stored, "cumulative"),
  "A late sample changes shares, not the sum": ({ asked: [before, after] }) =>
    after !== undefined && before?.stored[0]?.time === after.stored[0]?.time && isMore(after.stored, before?.stored),

  "A reading holds until the next one": ({ parts }) =>
    parts.some(({ rule, to, end }) => rule === "held" && to === timeOf(end)),
  "After a gap the level is unknown, not zero": ({ parts }) =>
    parts.some(({ rule, to, end }) => rule === "held" && to < timeOf(end)),
  "The last reading holds as long as the interval before it": ({ parts, intervals }) =>
    parts.some(({ rule, from, to, begin, end }) => {
      const before = intervals.find((interval) => interval.begin === begin)?.before;
      return rule === "held" && end === undefined && to - from === from - timeOf(before);
    }),
  "A reading without a successor holds no longer than `--max-gap`": ({ parts, intervals }) =>
    parts.some(({ rule, from, to, begin, end }) => {
      const before = intervals.find((interval) => interval.begin === begin)?.before;
      return rule === "held" && end === undefined && to - from < from - timeOf(before) && to - from === 900 * SECOND;
    }),
  "A reading alone holds for no time": ({ intervals, rows }) =>
    intervals.some(({ begin, end, before }) => isIn(rows, begin) && end === undefined && before === undefined),
  "A gauge takes the greatest of one instant": ({ stored }) => isLevelWith(stored, "gauge"),
  "Seconds are exact, hours are rounded": ({ printed }) =>
    printed.some((row) => hasTwelveDecimals(String(row.get("amount"))) && !String(row.get("exact")).includes(".")),

  "A resource changes hands": ({ parts }) =>
    parts.some(({ rule, begin, end }) => rule === "rise" && end !== undefined && begin.group !== end.group),
  "A renamed unit is one": ({ stored, rows }) =>
    rows.length === 1 && new Set(stored.map(({ counter_unit }) => counter_unit)).size === 2,
  "Of two contents of one sample the greatest volume counts": ({ asked: [open, settled] }) =>
    stands(open, "outdone") && stands(settled, "right"),

  "Periods that touch add up": ({ asked: [parts, whole] }) =>
    parts !== undefined &&
    whole?.rows.length === 1 &&
    isMore(parts.rows, whole.rows) &&
    spansOf(parts) === spansOf(whole),
  "A day of 23 hours": ({ rows }) => rows.some(({ from, to }) => to - from === 23 * HOUR),
  "A day of 25 hours": ({ rows }) => rows.some(({ from, to }) => to - from === 25 * HOUR),
  "What was there and was not measured has a row": ({ parts, rows }) =>
    parts.some(({ rule, from }) => rule === "unmeasured" && rows.some((row) => row.from === from && row.samples === 0)),
  "What is `final`": ({ printed }) => [true, false].every((final) => printed.some((row) => row.get("final") === final)),
};

export const lawTitles: readonly string[] = Object.keys(laws);

/** Whether what was asked in the example with this title shows its law. */
export function isShown(title: string, asked: readonly Worked[]): boolean {
  return (
    laws[title]?.({
      asked,
      parts: asked.flatMap(({ parts }) => parts),
      intervals: asked.flatMap(({ intervals }) => intervals),
      rows: asked.flatMap(({ rows }) => rows),
      printed: asked.flatMap(({ printed }) => printed),
      stored: asked.at(-1)?.stored ?? [],
    }) ?? false
  );
}

type Level = Worked["parts"][number]["begin"];

/** NaN, which is neither before nor after any instant, where there is none. */
function timeOf(level: Level | undefined): number {
  return level?.time ?? Number.NaN;
}

function isOf(level: Level, sample: Worked["stored"][number] | undefined): boolean {
  return level.sample.message_id === sample?.message_id;
}

function isIn(rows: Shown["rows"], level: Level | undefined): boolean {
  return rows.some(({ from, to }) => from <= timeOf(level) && timeOf(level) < to);
}

function isLevelWith(stored: Shown["stored"], type: CounterType): boolean {
  const times = stored.filter(({ counter_type }) => counter_type === type).map(({ time }) => time);
  return new Set(times).size < times.length;
}

function stands(asked: Worked | undefined, standing: Standing): boolean {
  return asked?.stored.some(({ conflict }) => conflict === standing) ?? false;
}

function isMore(many: readonly unknown[], few: readonly unknown[] | undefined): boolean {
  return few !== undefined && few.length > 0 && many.length > few.length;
}

function spansOf({ query: { borders } }: Worked): string {
  return `${borders[0]} ${borders.at(-1)}`;
}

function isPositive({ digits }: Decimal): boolean {
  return digits > 0n;
}

function hasTwelveDecimals(amount: string): boolean {
  return /\.[0-9]{12}$/.test(amount);
}
