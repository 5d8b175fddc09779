import { describe, expect, it } from "vitest";
import { createKeyUses } from "../../lib/ledger/key-uses.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

function uses(write: (line: string) => unknown) {
  return createKeyUses({ stage: "prod", write });
}

describe("keys in use", () => {
  it("are a line each at their first use in an hour of the clock, of which no metric is made", () => {
    const lines: string[] = [];
    const keys = uses((line) => lines.push(line));
    keys.write(new Map([["first", 1]]), HOUR - MINUTE);
    keys.write(
      new Map([
        ["first", 2],
        ["second", 1],
      ]),
      HOUR - 1,
    );
    expect(lines).toEqual([
      '{"level":"info","message":"a key is in use","Stage":"prod","KeyUsed":"first"}',
      '{"level":"info","message":"a key is in use","Stage":"prod","KeyUsed":"second"}',
    ]);
    keys.write(
      new Map([
        ["first", 3],
        ["second", 1],
      ]),
      HOUR,
    );
    expect(lines.slice(2)).toEqual(['{"level":"info","message":"a key is in use","Stage":"prod","KeyUsed":"first"}']);
  });

  it("are not said again for what was used before", () => {
    const lines: string[] = [];
    const keys = uses((line) => lines.push(line));
    keys.write(new Map([["first", 1]]), 0);
    keys.write(new Map([["first", 2]]), MINUTE);
    for (let hour = 1; hour < 5; hour++) keys.write(new Map([["first", 2]]), hour * HOUR);
    expect(lines).toHaveLength(1);
  });

  it("are said with the next figures where the log did not take the line", () => {
    const lines: string[] = [];
    let isFull = true;
    const keys = uses((line) => !isFull && lines.push(line) > 0);
    keys.write(new Map([["first", 1]]), 0);
    isFull = false;
    keys.write(new Map([["first", 1]]), HOUR);
    keys.write(new Map([["first", 1]]), 2 * HOUR);
    expect(lines).toEqual(['{"level":"info","message":"a key is in use","Stage":"prod","KeyUsed":"first"}']);
  });
});
