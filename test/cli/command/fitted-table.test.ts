import { describe, expect, it } from "vitest";
import { type Column, fittedTable } from "../../../lib/cli/command/fitted-table.ts";

type Row = readonly [name: string, id: string, figure: string];
const columns: readonly Column<Row>[] = [
  { name: "NAME", cell: ([name]) => name, narrow: "cut" },
  { name: "ID", cell: ([, id]) => id, narrow: "cut" },
  { name: "FIGURE", cell: ([, , figure]) => figure },
];

describe("a table that fits a terminal", () => {
  it("cuts the widest names first, and to the same width", () => {
    const rows: readonly Row[] = [["a rather long name", "an id that is longer still", "1"]];
    expect(fittedTable(columns, rows, 60)).toEqual([
      "NAME                ID                          FIGURE",
      "a rather long name  an id that is longer still       1",
    ]);
    expect(fittedTable(columns, rows, 48)).toEqual([
      "NAME                ID                    FIGURE",
      "a rather long name  an id that is longe…       1",
    ]);
    expect(fittedTable(columns, rows, 38)).toEqual([
      "NAME            ID              FIGURE",
      "a rather long…  an id that is…       1",
    ]);
  });

  it("cuts no name to less than tells two apart, however narrow the terminal is", () => {
    expect(fittedTable(columns, [["a rather long name", "id", "1"]], 10)).toEqual([
      "NAME      ID  FIGURE",
      "a rathe…  id       1",
    ]);
  });

  it("cuts names as long as a message in the time of one look at them", () => {
    const rows = Array.from({ length: 10 }, (): Row => ["n".repeat(1_000_000), "i".repeat(1_000_000), "1"]);
    expect(fittedTable(columns, rows, 28)).toEqual([
      "NAME       ID         FIGURE",
      ...rows.map(() => "nnnnnnnn…  iiiiiiii…       1"),
    ]);
  });
});
