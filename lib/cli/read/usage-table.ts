import { type Instant, toTime } from "../../query/instant.ts";
import type { UsageRow } from "../../query/usage.ts";
import { type Column, fittedTable } from "../command/fitted-table.ts";
import { amountUnit, shownAmount } from "./usage-row.ts";

const BAR_WIDTH = 10;

/** @param width characters in a line; undefined: as many as it takes */
export function usageTable(
  rows: readonly UsageRow[],
  isFinal: (row: UsageRow) => boolean,
  width: number | undefined,
): readonly string[] {
  const [first] = rows;
  const columns: readonly Column<UsageRow>[] = [
    { name: "METER", cell: ({ meter }) => meter, narrow: "cut" },
    { name: "PROJECT", cell: ({ project }) => project ?? "-", narrow: "cut" },
    ...Array.from(first?.group.keys() ?? [], (field): Column<UsageRow> => {
      return { name: field.toUpperCase(), cell: ({ group }) => group.get(field) ?? "-", narrow: "cut" };
    }),
    ...(rows.every(({ from }) => from === first?.from)
      ? []
      : [{ name: "FROM", cell: ({ from }: UsageRow) => shortTime(from) }]),
    { name: "AMOUNT", cell: shownAmount },
    { name: "UNIT", cell: amountUnit },
    { name: "COVERED", cell: coverage, shorter: { name: "COVERED", cell: percentage } },
    { name: "SAMPLES", cell: ({ samples }) => String(samples), narrow: "drop" },
    { name: "RESOURCES", cell: ({ resources }) => String(resources), narrow: "drop" },
    { name: "NOTES", cell: (row) => notes(row, isFinal(row)) || "-" },
  ];
  return fittedTable(columns, rows, width);
}

/** An instant without those parts at its end that are zero. */
export function shortTime(instant: Instant): string {
  return toTime(instant)
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

export function notes({ resets, disorder, conflicts }: UsageRow, isFinal: boolean): string {
  const counted = [
    [resets, resets === 1 ? "reset" : "resets"],
    [disorder, "out of order"],
    [conflicts, conflicts === 1 ? "conflict" : "conflicts"],
  ] as const;
  const found = counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [...found, ...(isFinal ? [] : ["not final"])].join(", ");
}
