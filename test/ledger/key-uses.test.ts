import { describe, expect, it } from "vitest";
import { createKeyUses } from "../../lib/ledger/key-uses.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

const isTold = '{"level":"info","message":"keys in use are told","Stage":"prod","KeyUsed":"*"}';
const inUse = (keyId: string) => `{"level":"info","message":"a key is in use","Stage":"prod","KeyUsed":"${keyId}"}`;

function uses(write: (line: string) => unknown) {
  const keys = createKeyUses({ stage: "prod", write });
  return (totals: Readonly<Record<string, number>>, now: number) =>
    keys.write(new Map(Object.entries(totals)), START + now);
}

describe("keys in use", () => {
  it("are a line each at their first use in ten minutes of the clock, behind one that says that they are told", () => {
    const lines: string[] = [];
    const write = uses((line) => lines.push(line));
    write({ first: 1 }, 8 * MINUTE);
    write({ first: 2, second: 1 }, 10 * MINUTE - 1);
    expect(lines).toEqual([isTold, inUse("first"), inUse("second")]);
    write({ first: 3, second: 1 }, 10 * MINUTE);
    expect(lines.slice(3)).toEqual([isTold, inUse("first")]);
  });

  it("are not said again for what was used before", () => {
    const lines: string[] = [];
    const write = uses((line) => lines.push(line));
    for (let minute = 0; minute < 60; minute++) write({ first: Math.min(minute, 5) }, minute * MINUTE);
    expect(lines.filter((line) => line === inUse("first"))).toHaveLength(1);
    expect(lines.filter((line) => line === isTold)).toHaveLength(6);
  });

  it("are said with the next figures where the line was dropped", () => {
    const lines: string[] = [];
    let isFull = true;
    const write = uses((line) => !isFull && lines.push(line) > 0);
    write({ first: 1 }, 0);
    isFull = false;
    write({ first: 1 }, 20 * MINUTE);
    write({ first: 1 }, 21 * MINUTE);
    expect(lines).toEqual([isTold, inUse("first")]);
  });
});
