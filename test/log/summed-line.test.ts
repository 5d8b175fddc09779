import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSummedLine } from "../../lib/log/summed-line.ts";

let said: unknown[];
beforeEach(() => {
  vi.useFakeTimers();
  said = [];
});
afterEach(() => {
  vi.useRealTimers();
});

function line() {
  return createSummedLine(
    (fields) => said.push(fields),
    () => said.push("quiet"),
    1_000,
  );
}

describe("a line that sums up", () => {
  it("says the first at once, then at most one an interval with how many there were", () => {
    const summed = line();
    summed.note(2, { cause: "a" });
    expect(said.splice(0)).toEqual([{ cause: "a", count: 2 }]);
    summed.note(3, { cause: "b" });
    summed.note(4, { cause: "c" });
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(said.splice(0)).toEqual([{ cause: "c", count: 7 }]);
    vi.advanceTimersByTime(1_000);
    expect(said.splice(0)).toEqual(["quiet"]);
    summed.note(1, { cause: "d" });
    expect(said).toEqual([{ cause: "d", count: 1 }]);
  });

  it("says at the end what it held back, and nothing after", () => {
    const summed = line();
    summed.note(1, {});
    summed.note(5, {});
    summed.close();
    vi.advanceTimersByTime(10_000);
    expect(said).toEqual([{ count: 1 }, { count: 5 }]);
  });
});
