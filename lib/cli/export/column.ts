import { printable } from "../../log/printable.ts";

/** One value of each row of an export. */
export interface Column<Row> {
  readonly name: string;
  /**
   * What a value is: what somebody chose, a decimal of any length (as text in JSON, where few readers keep its digits),
   * or what a spreadsheet and JSON write alike (a number, `true`, `false`).
   */
  readonly kind: "text" | "decimal" | "plain";
  /** null: there is none. */
  readonly value: (row: Row) => string | null;
}

/** A row as one line of JSON. */
export function jsonLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  const fields = columns.map(({ name, kind, value }) => {
    const text = value(row);
    return `${JSON.stringify(name)}:${text === null || kind === "plain" ? text : JSON.stringify(text)}`;
  });
  return `{${fields.join(",")}}`;
}

/** The names of the columns as one record of CSV. */
export function csvHeader<Row>(columns: readonly Column<Row>[]): string {
  return columns.map(({ name }) => quoted(guarded(name))).join(",");
}

/** A row as one record of CSV, by RFC 4180 and without the end of its line. What there is none of is empty. */
export function csvRecord<Row>(columns: readonly Column<Row>[], row: Row): string {
  const cells = columns.map(({ kind, value }) => {
    const text = value(row) ?? "";
    return kind === "text" ? quoted(guarded(text)) : text;
  });
  return cells.join(",");
}

/** What a spreadsheet takes for the beginning of a formula; and our own mark, so that it can be told apart. */
const ACTIVE = /^[=+\-@'\uff0b\uff0d\uff1d\uff20]/;

/** Text that nothing acts on: no terminal, and with a mark in front no spreadsheet. A record is one line. */
function guarded(text: string): string {
  return printable(ACTIVE.test(text) ? `'${text}` : text);
}

function quoted(text: string): string {
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
