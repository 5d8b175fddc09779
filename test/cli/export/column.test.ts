import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, csvHeader, csvRecord, jsonLine } from "../../../lib/cli/export/column.ts";
import { printable } from "../../../lib/log/printable.ts";
import { hostileText } from "../../support/hostile-text.ts";
import { readCsv } from "./csv-reader.ts";

type Row = readonly (string | null)[];
const texts = (count: number): readonly Column<Row>[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    kind: "text",
    value: (row) => row[index] ?? null,
  }));

describe("a text in CSV", () => {
  it.each([
    ["plain", "plain"],
    ["", ""],
    ["a,b", '"a,b"'],
    ['say "x"', '"say ""x"""'],
    [" x", '" x"'],
    ["=1+1", "'=1+1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["＝1", "'＝1"],
    ["'quoted", "''quoted"],
    ["a=b", "a=b"],
    ["two\r\nlines", "two\\u000d\\u000alines"],
    ["\t=1", "\\u0009=1"],
    ["zwölf 😀", "zwölf 😀"],
  ])("%j is written as %j", (text, cell) => {
    expect(csvRecord(texts(2), [text, null])).toBe(`${cell},`);
  });

  it("is read back by anybody, is one line, and begins no formula", () => {
    const text = fc.oneof(
      hostileText,
      fc.tuple(fc.constantFrom("=", "+", "-", "@", "'", '"', ","), hostileText).map((two) => two.join("")),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), (row) => {
        const columns = texts(row.length);
        const csv = `${csvHeader(columns)}\r\n${csvRecord(columns, row)}\r\n`;
        const [header, read] = readCsv(csv);
        expect(csv.split("\n")).toHaveLength(3);
        expect(header).toEqual(columns.map(({ name }) => name));
        expect(read?.map((cell) => cell.replace(/^'/, ""))).toEqual(row.map(printable));
        for (const cell of read ?? []) expect(cell).not.toMatch(/^[=+\-@]/);
      }),
    );
  });
});

describe("a number in CSV", () => {
  it.each(["-5", "1e-07", "18446744073709551616", "-0.5"])("stays one: %s", (value) => {
    const columns: readonly Column<null>[] = [
      { name: "a", kind: "decimal", value: () => value },
      { name: "b", kind: "plain", value: () => value },
    ];
    expect(csvRecord(columns, null)).toBe(`${value},${value}`);
    expect(jsonLine(columns, null)).toBe(`{"a":"${value}","b":${value}}`);
  });
});
