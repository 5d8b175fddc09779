import { expect, it } from "vitest";
import { createConflictLog } from "../../lib/dispatch/conflict-log.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { aSample } from "../support/sample-builder.ts";

const sample = aSample({ message_id: "m", resource_id: "r".repeat(60_000) });
const conflict = { sample, before: "1 B gauge, project a", now: "2 B gauge, project b" };

function logging() {
  const lines: string[] = [];
  const clock = { now: 0 };
  const note = createConflictLog(
    createLogger((line) => lines.push(line)),
    () => clock.now,
  );
  return { lines, clock, note };
}

it("a conflict's line names the sample, and what is billed by each content with its key", () => {
  const { lines, note } = logging();
  note(conflict);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: "warn",
      message: "a sample was recorded with two contents: see countersign conflicts",
      meter: "cpu",
      resource: `${"r".repeat(80)}…`,
      time: sample.time,
      message_id: "m",
      before: "1 B gauge, project a",
      now: "2 B gauge, project b",
      unlogged: 0,
    },
  ]);
});

it("ten conflicts at once have a line each, and of thousands more the next line tells how many there were", () => {
  const { lines, clock, note } = logging();
  for (let count = 0; count < 5_010; count++) note(conflict);
  expect(lines).toHaveLength(10);
  clock.now = 10_000;
  note(conflict);
  note(conflict);
  expect(lines.map((line) => JSON.parse(line).unlogged)).toEqual([...Array(10).fill(0), 5_000]);
});
