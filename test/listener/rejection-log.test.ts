import { describe, expect, it, vi } from "vitest";
import { createRejectionLog } from "../../lib/listener/rejection-log.ts";
import { createLogger } from "../../lib/log/logger.ts";

describe("the rejection log", () => {
  it("writes the first of each reason at once, then one line for all that follow in an interval", () => {
    vi.useFakeTimers();
    try {
      const lines: unknown[] = [];
      const log = createRejectionLog(
        createLogger((line) => lines.push(JSON.parse(line))),
        1_000,
      );
      for (let count = 0; count < 1_000; count++) log.note({ reason: "unsigned", detail: `d${count}` }, "10.0.0.1:5");
      log.note({ reason: "undecodable", detail: "x" }, "10.0.0.2:5");
      const first = [
        { level: "warn", message: "messages rejected", reason: "unsigned", count: 1, detail: "d0", from: "10.0.0.1:5" },
        {
          level: "warn",
          message: "messages rejected",
          reason: "undecodable",
          count: 1,
          detail: "x",
          from: "10.0.0.2:5",
        },
      ];
      expect(lines).toEqual(first);
      vi.advanceTimersByTime(1_001);
      const rest = {
        level: "warn",
        message: "messages rejected",
        reason: "unsigned",
        count: 999,
        detail: "d999",
        from: "10.0.0.1:5",
      };
      expect(lines).toEqual([...first, rest]);
      log.note({ reason: "unsigned", detail: "a" }, "10.0.0.1:5");
      log.note({ reason: "unsigned", detail: "b" }, "10.0.0.1:5");
      log.close();
      expect(lines.slice(3)).toEqual([
        { ...rest, count: 1, detail: "a" },
        { ...rest, count: 1, detail: "b" },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the logger", () => {
  it("writes one line of JSON an entry, with errors and big integers spelled out", () => {
    const lines: string[] = [];
    const logger = createLogger((line) => lines.push(line));
    logger.info("started", { port: 1n });
    logger.error("broken", { cause: new RangeError("too far") });
    expect(lines).toEqual([
      '{"level":"info","message":"started","port":"1"}',
      '{"level":"error","message":"broken","cause":"RangeError: too far"}',
    ]);
  });
});
