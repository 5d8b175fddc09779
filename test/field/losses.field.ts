import { mkdirSync, rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { lastLine, ready } from "./command.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

describe("a collector whose storage takes nothing", () => {
  it("says so at the first failure, exits with 1, and its last line says what was lost", async () => {
    // A folder where the file should be: made once the collector has started.
    const file = world.path("moved.jsonl");
    const running = await world.collecting({ file });
    await ready(running.collect);
    rmSync(file);
    mkdirSync(file);
    await world.send(running.port, 20);
    const said = () => running.collect.said.err;
    await eventually("it says so", () => said().includes("storage does not take samples now"), 5_000);
    expect(said()).not.toContain("lost");
    running.collect.child.kill("SIGTERM");
    expect(await running.collect.ended()).toBe(1);
    expect(JSON.parse(said().trimEnd().split("\n").at(-1) ?? "")).toEqual({
      level: "error",
      message: "samples lost since the start: 20 that storage did not take, 0 for which nothing had room",
      MessagesFailed: 20,
      SamplesFailed: 20,
    });
    expect(lastLine(running.collect)).toMatchObject({ ledgers: { udp: { figures: { SamplesFailed: 20 } } } });
  });
});
