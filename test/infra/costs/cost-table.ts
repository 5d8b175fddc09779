import type { NetworkKind } from "../../../lib/infra/network-kind.ts";
import { type CostLine, dollars } from "./idle-cost.ts";

const MARKS = ["<!-- costs -->", "<!-- /costs -->"] as const;

/** A table in Markdown, with a column of dollars for each network. */
export function costTable(costs: ReadonlyMap<NetworkKind, readonly CostLine[]>): string {
  const names = Array.from(new Set([...costs.values()].flatMap((lines) => lines.map(({ what }) => what))));
  const rows = names.map((what) => {
    const found = [...costs.values()].map((lines) => lines.find((line) => line.what === what));
    const hows = new Set(found.flatMap((line) => (line === undefined ? [] : [line.how])));
    return [what, [...hows].join("; "), ...found.map((line) => dollars(line?.cents ?? 0n))];
  });
  const totals = [...costs.values()].map((lines) => `**${dollars(totalCents(lines))}**`);
  return [
    ["", "", ...Array.from(costs.keys(), (network) => `\`${network}\``)],
    ["---", "---", ...totals.map(() => "---:")],
    ...rows,
    ["", "", ...totals],
  ]
    .map(
      (cells) => `|${cells.map((cell) => (/^-+:?$/.test(cell) ? cell : cell === "" ? " " : ` ${cell} `)).join("|")}|\n`,
    )
    .join("");
}

export function withTable(page: string, table: string): string {
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin) throw new Error(`no ${MARKS.join(" … ")}`);
  return `${page.slice(0, begin + MARKS[0].length)}\n\n${table}\n${page.slice(end)}`;
}

/** The sum of the lines as they are shown, so that whoever adds them up gets the same. */
export function totalCents(lines: readonly CostLine[]): bigint {
  return lines.reduce((sum, { cents }) => sum + cents, 0n);
}
