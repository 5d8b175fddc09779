import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { endProcesses, run, start } from "./processes.ts";

describe("a program that is run to its end", () => {
  it("gives its lines, the last without a line feed too, and whether it did well", async () => {
    const done = await run("sh", ["-c", "echo one; printf two; exit 3"], { withinMs: 10_000 });
    expect(done).toEqual({ ok: false, lines: ["one", "two"], tail: "one\ntwo" });
  });

  it("is ended with all that it started when its time is over", async () => {
    const done = await run("sh", ["-c", "sleep 60 & echo $!; wait"], { withinMs: 200 });
    expect(done).toMatchObject({ ok: false, tail: expect.stringContaining("not done within 0.2 s") });
    await eventually("what it started has ended", () => !isRunning(Number(done.lines[0])));
  });

  it("has failed where there is no such program", async () => {
    const done = await run("countersign-no-such-program", [], { withinMs: 10_000 });
    expect(done).toMatchObject({ ok: false, tail: expect.stringContaining("ENOENT") });
  });
});

describe("a program that runs beside", () => {
  it("is ended with the others", async () => {
    const one = start("sh", ["-c", "echo up; sleep 60"]);
    await eventually("it is up", () => one.lines.includes("up"));
    await endProcesses();
    expect(await one.ended).toBe("SIGKILL");
  });
});

/** A process that nobody has waited for yet is still there, as a zombie. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
