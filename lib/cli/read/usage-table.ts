import { printable } from "../../log/printable.ts";
import { toTime } from "../../query/instant.ts";
import type { UsageRow } from "../../query/usage.ts";
import { table } from "../command/table.ts";
import { amountUnit, shownAmount } from "./usage-row.ts";

interface Column {
  readonly name: string;
  readonly cell: (row: UsageRow) => string;
  /** The column's fate if a terminal is too narrow: names are cut, figures are whole or not there. */
  readonly narrow?: "drop" | "cut";
}

const BAR_WIDTH = 10;
/** Characters that a name is cut to at most: enough to tell two ids apart. */
const LEAST_NAME = 8;
/** Between two columns of a table. */
const SPACE = 2;

/** @param width characters in a line; undefined: as many as it takes */
export function usageTable(
  rows: readonly UsageRow[],
  isFinal: (row: UsageRow) => boolean,
  width: number | undefined,
): readonly string[] {
  const [first] = rows;
  const columns: readonly Column[] = [
    { name: "METER", cell: ({ meter }) => meter, narrow: "cut" },
    { name: "PROJECT", cell: ({ project }) => project ?? "-", narrow: "cut" },
    ...Array.from(first?.group.keys() ?? [], (field): Column => {
      return { name: field.toUpperCase(), cell: ({ group }) => group.get(field) ?? "-", narrow: "cut" };
    }),
    ...(rows.every(({ from }) => from === first?.from) ? [] : [{ name: "FROM", cell: shortTime }]),
    { name: "AMOUNT", cell: shownAmount },
    { name: "UNIT", cell: amountUnit },
    { name: "COVERED", cell: coverage },
    { name: "SAMPLES", cell: ({ samples }) => String(samples), narrow: "drop" },
    { name: "RESOURCES", cell: ({ resources }) => String(resources), narrow: "drop" },
    { name: "NOTES", cell: (row) => notes(row, isFinal(row)) || "-" },
  ];
  return fitted(columns, rows, width ?? Number.POSITIVE_INFINITY);
}

/** Leaves out what can be, then cuts the longest names, and at last leaves out the bar. */
function fitted(columns: readonly Column[], rows: readonly UsageRow[], width: number): readonly string[] {
  let shown = columns;
  const widths = () => shown.map(({ name, cell }) => longest([name, ...rows.map(cell)]));
  const isTooWide = () => widths().reduce((sum, one) => sum + one + SPACE, -SPACE) > width;
  while (isTooWide()) {
    const narrower = withoutLast(shown) ?? withWidestCut(shown, widths()) ?? withoutBar(shown);
    if (narrower === undefined) break;
    shown = narrower;
  }
  return table(
    shown.map(({ name }) => name),
    rows.map((row) => shown.map(({ cell }) => cell(row))),
  );
}

type Narrower = readonly Column[] | undefined;

function withoutLast(columns: readonly Column[]): Narrower {
  const last = columns.findLastIndex(({ narrow }) => narrow === "drop");
  return last === -1 ? undefined : columns.toSpliced(last, 1);
}

function withWidestCut(columns: readonly Column[], widths: readonly number[]): Narrower {
  const names = columns.flatMap(({ narrow }, index) => (narrow === "cut" ? [index] : []));
  const [widest = 0] = names.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
  const [column, width = 0] = [columns[widest], widths[widest]];
  return column === undefined || width <= LEAST_NAME ? undefined : columns.with(widest, cut(column, width - 1));
}

function withoutBar(columns: readonly Column[]): Narrower {
  const bar = columns.findIndex(({ cell }) => cell === coverage);
  return bar === -1 ? undefined : columns.with(bar, { name: "COVERED", cell: percentage });
}

/** Ids differ at their beginning and end alike; the end is what falls away, as in a shell's completion. */
function cut({ name, cell, ...rest }: Column, most: number): Column {
  // Half of a pair would be spelled with six characters.
  const begun = (text: string) => text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "");
  const short = (text: string) => (text.length > most ? `${begun(text)}…` : text);
  return { name: short(name), cell: (row) => short(printable(cell(row))), ...rest };
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, printable(text).length), 0);
}

/** The beginning of a period, without those parts at its end that are zero. */
function shortTime({ from }: UsageRow): string {
  return toTime(from)
    .replace(/(?::00)?\.000000Z$/, "Z")
    .replace(/T00:00Z$/, "");
}

function coverage(row: UsageRow): string {
  const percent = percentCovered(row);
  if (percent === undefined) return "-";
  const filled = Math.floor((percent * BAR_WIDTH) / 100);
  return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${String(percent).padStart(3)} %`;
}

function percentage(row: UsageRow): string {
  const percent = percentCovered(row);
  return percent === undefined ? "-" : `${percent} %`;
}

/** How much of the time between its samples was measured; rounded down, so that all of it is all. */
function percentCovered({ covered, gap }: UsageRow): number | undefined {
  if (covered === null || gap === null) return undefined;
  const known = covered + gap;
  return known === 0n ? 0 : Number((covered * 100n) / known);
}

function notes({ resets, disorder, conflicts }: UsageRow, isFinal: boolean): string {
  const counted = [
    [resets, resets === 1 ? "reset" : "resets"],
    [disorder, "out of order"],
    [conflicts, conflicts === 1 ? "conflict" : "conflicts"],
  ] as const;
  const found = counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [...found, ...(isFinal ? [] : ["not final"])].join(", ");
}
