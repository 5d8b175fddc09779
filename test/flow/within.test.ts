import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { within } from "../../lib/flow/within.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("work with a deadline", () => {
  it("is waited for until it ends, and leaves no timer", async () => {
    expect([await within(1_000, Promise.resolve("done")), vi.getTimerCount()]).toEqual([true, 0]);
  });

  it("is left at its deadline, and leaves no timer", async () => {
    let answer: boolean | undefined;
    void within(1_000, new Promise(() => {})).then((inTime) => {
      answer = inTime;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect([answer, vi.getTimerCount()]).toEqual([false, 0]);
  });

  it("fails as its work fails, and leaves no timer", async () => {
    await expect(within(1_000, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is left at once where no time remains", async () => {
    const waited = within(-5, new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(1);
    expect(await waited).toBe(false);
  });

  it("may fail late: nobody hears of it", async () => {
    const unheard = vi.fn();
    process.on("unhandledRejection", unheard);
    let fail = (_why: Error) => {};
    const waited = within(10, new Promise((_resolve, reject) => (fail = reject)));
    await vi.advanceTimersByTimeAsync(10);
    fail(new Error("too late"));
    vi.useRealTimers();
    await new Promise(setImmediate);
    process.off("unhandledRejection", unheard);
    expect([await waited, unheard.mock.calls]).toEqual([false, []]);
  });
});
