import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { lastLine, ready } from "./command.ts";
import { type Collecting, openWorld, stored, type World } from "./world.ts";

/** Signals come from terminals, from logrotate and from whoever looks after services. */

const OLD = "the old secret of this site";
const NEW = "the new secret of this site";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

async function hungUp({ collect }: Collecting): Promise<void> {
  const before = reloads(collect.said.err);
  collect.child.kill("SIGHUP");
  await eventually("it says that it has reloaded", () => reloads(collect.said.err) > before || !collect.isRunning());
  expect(collect.isRunning()).toBe(true);
}

function reloads(log: string): number {
  return log.split('"message":"reloaded"').length - 1;
}

async function stoppedWell({ collect }: Collecting): Promise<void> {
  collect.child.kill("SIGTERM");
  expect(await collect.ended()).toBe(0);
}

describe("SIGHUP", () => {
  it.each([
    ["a plain collector", []],
    ["a collector under nohup", ["nohup"]],
  ])("does not end %s, and what it holds is stored", async (_, runner) => {
    const running = await world.collecting({ runner });
    await ready(running.collect);
    // While samples are held: the first waits for company.
    const sent = world.send(running.port);
    for (let times = 0; times < 5; times++) await hungUp(running);
    await sent;
    await eventually("the samples are stored", () => stored(running.file) === 20);
    await stoppedWell(running);
    expect(lastLine(running.collect)).toMatchObject({ process: { LogLinesDropped: 0 } });
  });

  it("has the file opened anew that logrotate moved away, and loses no sample", async () => {
    const running = await world.collecting();
    await ready(running.collect);
    await world.send(running.port, 20);
    await eventually("the samples are stored", () => stored(running.file) === 20);
    renameSync(running.file, `${running.file}.1`);
    await hungUp(running);
    // There before the next sample, as postrotate scripts expect.
    expect(readFileSync(running.file, "utf8")).toBe("");
    await world.send(running.port, 20);
    await eventually("the samples are stored", () => stored(running.file) === 20);
    expect(stored(`${running.file}.1`)).toBe(20);
    await stoppedWell(running);
  });

  it("has the keys read again, long before their time", async () => {
    const keys = world.path("keys.json");
    writeFileSync(keys, JSON.stringify({ old: OLD }), { mode: 0o600 });
    const running = await world.collecting({ more: ["--keys", keys] });
    await ready(running.collect);
    writeFileSync(keys, JSON.stringify({ old: OLD, new: NEW }));
    await hungUp(running);
    await world.send(running.port, 20, NEW);
    await eventually("the samples are stored", () => stored(running.file) === 20);
    await stoppedWell(running);
  });

  it("has the secret file read again", async () => {
    const file = world.path("secret");
    writeFileSync(file, `${OLD}\n`, { mode: 0o600 });
    const running = await world.collecting({ more: ["--secret-file", file] });
    await ready(running.collect);
    writeFileSync(file, `${NEW}\n`);
    await hungUp(running);
    await world.send(running.port, 20, NEW);
    await eventually("the samples are stored", () => stored(running.file) === 20);
    await stoppedWell(running);
  });

  it("keeps the keys it has where the new ones can't be read, and says so each time", async () => {
    const keys = world.path("keys.json");
    writeFileSync(keys, JSON.stringify({ old: OLD }), { mode: 0o600 });
    const running = await world.collecting({ more: ["--keys", keys] });
    await ready(running.collect);
    writeFileSync(keys, "{");
    await hungUp(running);
    await hungUp(running);
    expect(running.collect.said.err.match(/those known stay in use/g)).toHaveLength(2);
    await world.send(running.port, 20, OLD);
    await eventually("the samples are stored", () => stored(running.file) === 20);
    await stoppedWell(running);
  });
});
