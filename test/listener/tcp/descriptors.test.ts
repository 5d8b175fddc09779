import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { descriptorsFor, isExhausted, watchDescriptors } from "../../../lib/listener/tcp/descriptors.ts";

describe.runIf(process.platform === "linux")("the descriptors of this process", () => {
  const open = () => readdirSync("/proc/self/fd").length;

  it("are short once those that are left are no more than the reserve", () => {
    // Where there are few, a quarter is the reserve.
    expect(watchDescriptors(open() * 2).areShort()).toBe(false);
    expect(watchDescriptors(Math.floor(open() * 1.2)).areShort()).toBe(true);
  });

  it("are counted down from one look to the next", () => {
    const descriptors = watchDescriptors(Math.ceil(((open() + 20) * 4) / 3));
    const answers = Array.from({ length: 30 }, () => descriptors.areShort());
    expect(answers[0]).toBe(false);
    expect(answers.at(-1)).toBe(true);
  });

  it("have a limit, above which a listener's connections are said to be too many", () => {
    expect(watchDescriptors().limit).toBeGreaterThan(100);
    expect(descriptorsFor(1_000)).toBe(1_064);
  });
});

describe("an error of exhaustion", () => {
  it("is the process's or the system's, and no other", () => {
    const errors = ["EMFILE", "ENFILE", "ECONNRESET"].map((code) => Object.assign(new Error(code), { code }));
    expect([...errors, "EMFILE", undefined].map(isExhausted)).toEqual([true, true, false, false, false]);
  });
});
