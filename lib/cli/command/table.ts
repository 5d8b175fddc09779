import { printable } from "../../log/printable.ts";

/** Rows of text as aligned columns, the widths taken from what they hold; figures stand to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    all.reduce((widest, row) => Math.max(widest, printable(row[column] ?? "").length), 0),
  );
  const figures = header.map((_, column) => rows.length > 0 && rows.every((row) => FIGURE.test(row[column] ?? "")));
  return all.map((row) => {
    const cells = widths.map((width, column) => {
      const cell = printable(row[column] ?? "");
      return figures[column] ? cell.padStart(width) : cell.padEnd(width);
    });
    return cells.join("  ").trimEnd();
  });
}

const FIGURE = /^-?[0-9][0-9.,]*(?:e[+-]?[0-9]+)?$/;
