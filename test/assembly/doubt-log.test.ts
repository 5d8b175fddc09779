import { describe, expect, it } from "vitest";
import { doubtFigures, loggedDoubts } from "../../lib/assembly/doubt-log.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { aSample } from "../support/sample-builder.ts";

describe("the log of what could be read in another way", () => {
  it("logs the first of each kind, then at most one in ten seconds, with how many there were", () => {
    const clock = { ms: 0 };
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger((line) => void lines.push(JSON.parse(line)));
    const doubts = loggedDoubts(logger, () => clock.ms);
    const sample = aSample();
    doubts.met("ab".repeat(32), sample);
    for (let number = 0; number < 50; number++) {
      doubts.marked(`mark ${number}`);
      doubts.met("ab".repeat(32), { ...sample, message_id: "another, longer than that of the first one" });
      clock.ms += 250;
    }
    doubts.refused();
    const told = lines.map(({ message, detail, count }) => [message, detail, count]);
    const marked = "a sample could be read in another way, and is recorded with a mark";
    const recut = "one signature was met with two samples: somebody cuts signed text anew";
    expect(told).toEqual([
      [marked, "mark 0", 1],
      [recut, expect.stringContaining("another, longer than"), 1],
      [marked, "mark 40", 41],
      [recut, expect.stringContaining("another, longer than"), 41],
    ]);
    expect(doubtFigures(doubts)).toEqual({ SamplesAmbiguous: 1, SamplesMarked: 50, SamplesRecut: 50 });
  });
});
