import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BatchClock } from "../../lib/flow/batch-clock.ts";

const LINGER_MS = 200;
let moves: number[];
let clock: BatchClock;

beforeEach(() => {
  vi.useFakeTimers();
  moves = [];
  clock = new BatchClock(LINGER_MS, () => moves.push(performance.now()));
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the clock of batches", () => {
  it("moves in another turn of the loop, once however often asked, and again when asked again", async () => {
    const start = performance.now();
    for (let times = 0; times < 3; times++) clock.moveSoon();
    expect(moves).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(moves).toEqual([start]);
    clock.moveSoon();
    await vi.advanceTimersByTimeAsync(0);
    expect(moves).toEqual([start, start]);
  });

  it("moves once the oldest has lingered, and is not put off by what comes later", async () => {
    const first = performance.now();
    clock.moveOnceLingered(first);
    await vi.advanceTimersByTimeAsync(150);
    const second = performance.now();
    clock.moveOnceLingered(second);
    await vi.advanceTimersByTimeAsync(150);
    expect(moves).toEqual([first + LINGER_MS]);
    clock.moveOnceLingered(second);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(moves).toEqual([first + LINGER_MS, second + LINGER_MS]);
  });

  it("moves for what has waited too long already", async () => {
    clock.moveOnceLingered(performance.now() - 2 * LINGER_MS);
    await vi.advanceTimersByTimeAsync(1);
    expect(moves).toHaveLength(1);
  });

  it("says what has lingered", async () => {
    const since = performance.now();
    await vi.advanceTimersByTimeAsync(LINGER_MS - 1);
    expect(clock.hasLingered(since)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(clock.hasLingered(since)).toBe(true);
  });
});
