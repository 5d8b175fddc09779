import { printable } from "../../log/printable.ts";
import { table } from "./table.ts";

/** A column of a table that has to fit a terminal. */
export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => string;
  /** The column's fate if a terminal is too narrow: names are cut, figures are whole or not there. */
  readonly narrow?: "drop" | "cut";
  /** The column in its place where nothing else makes the table narrow enough. */
  readonly shorter?: Column<Row>;
}

/** A column with its cells. */
interface Shown<Row> {
  readonly column: Column<Row>;
  /** The name and the cells, spelled as they are printed. */
  readonly texts: readonly string[];
  readonly width: number;
}

/** Characters that a name is cut to at most: enough to tell two ids apart. */
const LEAST_NAME = 8;
/** Between two columns of a table. */
const SPACE = 2;

/**
 * A table that leaves out what it can, then cuts the longest names, and at last takes shorter columns.
 *
 * @param width characters in a line; undefined: as many as it takes
 */
export function fittedTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width = Number.POSITIVE_INFINITY,
): readonly string[] {
  let shown = columns.map((column) => filled(column, rows));
  while (widthOf(shown) > width) {
    const narrower = withoutLast(shown) ?? withNamesCut(shown, width) ?? withShorter(shown, rows);
    if (narrower === undefined) break;
    shown = narrower;
  }
  const [header = [], ...lines] = ["", ...rows].map((_, line) => shown.map(({ texts }) => texts[line] ?? ""));
  return table(header, lines);
}

function widthOf<Row>(shown: readonly Shown<Row>[]): number {
  return shown.reduce((sum, one) => sum + one.width + SPACE, -SPACE);
}

function filled<Row>(column: Column<Row>, rows: readonly Row[]): Shown<Row> {
  return withTexts(column, [column.name, ...rows.map(column.cell)].map(printable));
}

function withTexts<Row>(column: Column<Row>, texts: readonly string[]): Shown<Row> {
  return { column, texts, width: texts.reduce((most, { length }) => Math.max(most, length), 0) };
}

type Narrower<Row> = Shown<Row>[] | undefined;

function withoutLast<Row>(shown: readonly Shown<Row>[]): Narrower<Row> {
  const last = shown.findLastIndex(({ column }) => column.narrow === "drop");
  return last === -1 ? undefined : shown.toSpliced(last, 1);
}

/** The widest names give way first, all at once: some are as long as a message may be. */
function withNamesCut<Row>(shown: readonly Shown<Row>[], width: number): Narrower<Row> {
  const names = shown.filter(({ column, width }) => column.narrow === "cut" && width > LEAST_NAME);
  if (names.length === 0) return undefined;
  const room = width - widthOf(shown) + names.reduce((sum, one) => sum + one.width, 0);
  const taken = (most: number) => names.reduce((sum, one) => sum + Math.min(one.width, most), 0);
  let most = LEAST_NAME;
  while (taken(most + 1) <= room) most++;
  return shown.map((one) => (names.includes(one) ? cut(one, most) : one));
}

function withShorter<Row>(shown: readonly Shown<Row>[], rows: readonly Row[]): Narrower<Row> {
  const long = shown.findIndex(({ column }) => column.shorter !== undefined);
  const shorter = shown[long]?.column.shorter;
  return shorter === undefined ? undefined : shown.with(long, filled(shorter, rows));
}

/** Ids differ at their beginning and end alike; the end is what falls away, as in a shell's completion. */
function cut<Row>({ column, texts }: Shown<Row>, most: number): Shown<Row> {
  // Half of a pair would be spelled with six characters.
  const begun = (text: string) => text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "");
  return withTexts(
    column,
    texts.map((text) => (text.length > most ? `${begun(text)}…` : text)),
  );
}
