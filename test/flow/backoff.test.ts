import { describe, expect, it } from "vitest";
import { retryDelay } from "../../lib/flow/backoff.ts";

const attempts = [1, 2, 3, 4, 5, 6, 7, 8, 50, 2_000];

describe("retryDelay", () => {
  it("doubles with each attempt, up to five seconds", () => {
    expect(attempts.map((count) => retryDelay(count, () => 1))).toStrictEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000,
    ]);
  });

  it("leaves half of the delay to chance", () => {
    expect(attempts.map((count) => retryDelay(count, () => 0))).toStrictEqual([
      50, 100, 200, 400, 800, 1_600, 2_500, 2_500, 2_500, 2_500,
    ]);
  });
});
