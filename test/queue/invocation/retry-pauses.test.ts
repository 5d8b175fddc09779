import { describe, expect, it } from "vitest";
import { explainedReceipts, mostReceipts, retrySeconds } from "../../../lib/queue/invocation/retry-pauses.ts";
import { waitingDays } from "../../../lib/sample/time-window.ts";

const [least, most] = [() => 0, () => 1];
const receipts = Array.from({ length: mostReceipts }, (_, index) => index + 1);
const total = (random: () => number) => receipts.reduce((sum, count) => sum + retrySeconds(count, random), 0);

describe("the pauses of a message that storage does not take", () => {
  it("double from ten seconds up to ten minutes, half of each left to chance", () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, mostReceipts];
    expect(pauses.map((count) => [retrySeconds(count, least), retrySeconds(count, most)])).toEqual([
      [5, 10],
      [10, 20],
      [20, 40],
      [40, 80],
      [80, 160],
      [160, 320],
      [300, 600],
      [300, 600],
      [300, 600],
    ]);
  });

  it("outlast a day with receipts to spare, and end among the dead letters before the queue deletes the message", () => {
    expect(total(least)).toBeGreaterThan(1.5 * 86_400);
    expect(total(most)).toBeLessThan((waitingDays.queue - 0.5) * 86_400);
  });

  it("leave a message that nobody handles more than a day, at the time for which its queue hides it by itself", () => {
    expect(mostReceipts * 185).toBeGreaterThan(86_400);
  });
});

describe("the receipts that pauses explain", () => {
  it("are one more with each of the shortest pauses", () => {
    const seconds = [-1, 0, 4, 5, 14, 15, 35, 75, 155, 314, 315, 614, 615, 915, 86_400];
    expect(seconds.map((count) => explainedReceipts(count * 1_000))).toEqual([
      1, 1, 1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 8, 9, 293,
    ]);
  });

  it("are never fewer than those of a message that was hidden as it should be", () => {
    let age = 0;
    for (const count of receipts) {
      expect(explainedReceipts(age * 1_000)).toBeGreaterThanOrEqual(count);
      age += retrySeconds(count, least);
    }
  });
});
