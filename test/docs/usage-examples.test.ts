import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseTimestamp } from "../../lib/judge/parse/timestamp.ts";
import { examplesOf, type Table } from "./usage-examples/example.ts";
import { isShown, lawTitles } from "./usage-examples/laws.ts";
import { formulasOf } from "./usage-examples/reckoning.ts";
import { type Worked, worked } from "./usage-examples/worked.ts";

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const page = read("usage-examples.md");
const examples = examplesOf(page);
const named = examples.map((example) => [example.title, example] as const);

const times = ["from", "to", "first", "last"];
/** What an answer leaves out is 0, or null, as the page says at its top. */
const zeroUnlessShown = ["resets", "disorder", "conflicts", "gap_seconds"];

/** Cells as they would stand in the page's table, and below them what it leaves out and may not. */
function printedCells({ answer, printed }: Worked) {
  return printed.map((row) => ({
    ...Object.fromEntries(answer.columns.map((column) => [column, String(row.get(column))])),
    leftOut: zeroUnlessShown.filter((name) => !answer.columns.includes(name) && (row.get(name) ?? 0) !== 0),
  }));
}

function writtenCells({ columns, rows }: Table) {
  return rows.map((row) => ({
    ...Object.fromEntries(columns.map((column) => [column, written(column, row.get(column) ?? "")])),
    leftOut: [],
  }));
}

function written(column: string, cell: string): string {
  return times.includes(column) ? (parseTimestamp(cell) ?? cell) : cell;
}

/** Numbers, and times of a day. */
function figuresIn(text: string): readonly string[] {
  return text.match(/[0-9]+(?:[.:][0-9]+)*/g) ?? [];
}

/** As GitHub makes an anchor of a title. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

describe("docs/usage-examples.md", () => {
  it("has an example for each law, and none for anything else", () => {
    expect(examples.map(({ title }) => title)).toEqual(lawTitles);
  });

  it("is led to by the laws in docs/usage.md, each example once", () => {
    const links = Array.from(read("usage.md").matchAll(/\]\(usage-examples\.md#([^)]+)\)/g), ([, anchor]) => anchor);
    expect(links.sort()).toEqual(lawTitles.map(anchorOf).sort());
  });

  it.each(named)("gives what usage gives: %s", async (_title, example) => {
    for (const one of await worked(example)) {
      expect([one.command, printedCells(one)]).toEqual([one.command, writtenCells(one.answer)]);
    }
  });

  it.each(named)("shows its law at work: %s", async (title, example) => {
    expect(isShown(title, await worked(example))).toBe(true);
    const silent = example.steps.filter(({ kind }) => kind === "question");
    expect(isShown(title, await worked({ ...example, steps: silent }))).toBe(false);
  });

  it.each(named)("reckons each amount, and rightly: %s", (_title, { prose, steps }) => {
    const formulas = formulasOf(prose);
    expect(formulas.filter(({ isRight }) => !isRight)).toEqual([]);
    const results = new Set(["0", ...formulas.map(({ result }) => result)]);
    const amounts = steps.flatMap((step) =>
      step.kind === "question" ? step.answer.rows.flatMap((row) => [row.get("amount"), row.get("exact") ?? "0"]) : [],
    );
    expect(amounts.filter((amount) => amount === undefined || !results.has(amount))).toEqual([]);
  });

  it("draws no time or number that is not in the example", () => {
    const drawn = examples.filter(({ drawings }) => drawings.length > 0);
    expect(drawn.length).toBeGreaterThan(0);
    for (const { title, drawings, tables, prose } of drawn) {
      const cells = tables.flatMap(({ rows }) => rows.flatMap((row) => Array.from(row.values())));
      const known = new Set(figuresIn([...cells, prose].join("\n").replaceAll("T", " ")));
      expect([title, figuresIn(drawings.join("\n")).filter((figure) => !known.has(figure))]).toEqual([title, []]);
    }
  });
});
