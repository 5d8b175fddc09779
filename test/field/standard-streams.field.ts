import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { lastLine, ready } from "./command.ts";
import { type Collecting, openWorld, sendJunk, stored, type World } from "./world.ts";

/** Standard output and standard error belong to the outside world: full, gone, asleep. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => world.tidy());
afterAll(() => world.close());

/** One junk byte, which is logged, then samples: all of them are stored, and SIGTERM ends it well. */
async function survives({ collect, port, file }: Collecting) {
  await sendJunk(port);
  await world.send(port);
  await eventually("the samples are stored", () => stored(file) === 20 || !collect.isRunning());
  collect.child.kill("SIGTERM");
  const code = await collect.ended();
  return { code, stored: stored(file) };
}

describe("a collector whose log", () => {
  it("goes to a full disk goes on, and counts the lines", async () => {
    const running = await world.collecting({ stdio: ["ignore", "pipe", world.full()] });
    await ready(running.collect);
    expect(await survives(running)).toEqual({ code: 0, stored: 20 });
    expect(lastLine(running.collect)).toMatchObject({ ready: false, process: { LogLinesDropped: 1 } });
  });

  it("goes to a pipe whose reader is gone goes on, and counts the lines", async () => {
    const log = world.pipe();
    const running = await world.collecting({ stdio: ["ignore", "pipe", log.end] });
    await ready(running.collect);
    log.leave();
    expect(await survives(running)).toEqual({ code: 0, stored: 20 });
    expect(lastLine(running.collect)).toMatchObject({ ready: false, process: { LogLinesDropped: 1 } });
  });

  it("goes to a socket whose reader is gone goes on, and counts the lines", async () => {
    // Node's own pipes between processes are sockets.
    const running = await world.collecting({ stdio: ["ignore", "pipe", "pipe"] });
    await ready(running.collect);
    running.collect.child.stderr?.destroy();
    expect(await survives(running)).toEqual({ code: 0, stored: 20 });
    expect(lastLine(running.collect)).toMatchObject({ ready: false, process: { LogLinesDropped: 1 } });
  });

  it("goes to a pipe whose reader sleeps drops the line, ends at SIGTERM, and wrote no half of a line", async () => {
    const log = world.pipe();
    log.fill();
    const running = await world.collecting({ stdio: ["ignore", "pipe", log.end] });
    await ready(running.collect);
    expect(await survives(running)).toEqual({ code: 0, stored: 20 });
    expect(lastLine(running.collect)).toMatchObject({ ready: false, process: { LogLinesDropped: 1 } });
    expect(log.read()).toMatch(/^\.+$/);
  });

  it("goes to a pipe whose reader wakes again is written again, in whole lines", async () => {
    const log = world.pipe();
    log.fill();
    const running = await world.collecting({ stdio: ["ignore", "pipe", log.end] });
    await ready(running.collect);
    await sendJunk(running.port);
    // What comes after the junk is stored, so that has been seen.
    await world.send(running.port, 1);
    await eventually("the sample is stored", () => stored(running.file) === 1);
    log.read();
    // Another reason, so that it is logged at once.
    const to = ["--to", `udp://127.0.0.1:${running.port}`];
    const sent = world.start(["send", ...to, "--generate", "--count", "1", "--secret", "another secret"]);
    expect(await sent.ended()).toBe(0);
    await eventually("a line", () => log.read().includes("\n"));
    expect(JSON.parse(log.read().replace(/^\.+/, ""))).toMatchObject({
      message: "messages rejected",
      reason: "bad-signature",
    });
    running.collect.child.kill("SIGTERM");
    expect(await running.collect.ended()).toBe(0);
    expect(lastLine(running.collect)).toMatchObject({ process: { LogLinesDropped: 1 } });
  });
});

describe("a collector whose results", () => {
  it.each(["a full disk", "a pipe whose reader is gone", "a pipe whose reader sleeps"])(
    "go to %s goes on, and ends at SIGTERM",
    async (where) => {
      const out = world.pipe();
      if (where.endsWith("sleeps")) out.fill();
      const stdio = where === "a full disk" ? world.full() : out.end;
      const running = await world.collecting({ stdio: ["ignore", stdio, "pipe"] });
      if (where.endsWith("gone")) {
        await eventually("the ready line", () => out.read().includes("\n"), 30_000);
        out.leave();
      } else {
        // Nobody can be told that it is ready.
        await eventually("it listens", () => isBound(running.port), 30_000);
      }
      expect(await survives(running)).toEqual({ code: 0, stored: 20 });
    },
  );
});

describe("a command that is there to be read", () => {
  async function written(): Promise<string> {
    const running = await world.collecting({});
    await ready(running.collect);
    await world.send(running.port, 2_000);
    await eventually("the samples are stored", () => stored(running.file) === 2_000);
    running.collect.child.kill("SIGTERM");
    expect(await running.collect.ended()).toBe(0);
    return running.file;
  }
  let file: string;
  beforeAll(async () => {
    file = await written();
  });
  const reading = (...more: readonly string[]) => [...more, "--storage", `file://${file}`];

  it.each([[["samples", "--json"]], [["samples", "--limit", "2000"]], [["meters"]], [["resources"]], [["events"]]])(
    "says one sentence on a full disk and exits with 1: %s",
    async (command) => {
      const read = world.start(reading(...command), { stdio: ["ignore", world.full(), "pipe"] });
      expect(await read.ended()).toBe(1);
      expect(read.said.err).toBe(
        "countersign: can't write to standard output: ENOSPC: no space left on device, write\n",
      );
    },
  );

  it("says so of its help as well", async () => {
    const help = world.start(["collect", "--help"], { stdio: ["ignore", world.full(), "pipe"] });
    expect(await help.ended()).toBe(1);
    expect(help.said.err).toBe("countersign: can't write to standard output: ENOSPC: no space left on device, write\n");
  });

  it("ends quietly when its reader has seen enough", async () => {
    const out = world.pipe();
    const read = world.start(reading("samples", "--json", "--limit", "100000"), { stdio: ["ignore", out.end, "pipe"] });
    await eventually("something to read", () => out.read() !== "", 30_000);
    out.leave();
    expect(await read.ended()).toBe(0);
    expect(read.said.err).toBe("");
  });

  it("waits for a reader that is slow, and loses nothing", async () => {
    const out = world.pipe();
    out.fill();
    const read = world.start(reading("samples", "--json", "--limit", "100000"), { stdio: ["ignore", out.end, "pipe"] });
    await eventually("it ends", () => out.read() !== "" && !read.isRunning(), 30_000);
    expect(await read.ended()).toBe(0);
    expect(out.read().replace(/^\.+/, "").trimEnd().split("\n")).toHaveLength(2_000);
  });
});

/** Whether some socket of this machine has the UDP port. */
function isBound(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/net/udp", "utf8").includes(`:${hex} `);
}
