import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { CAPTURE_SECRET, fixturePath } from "../support/fixtures.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** The command as a user starts it: a process of its own, ended by signals. */

const command = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

/** @param by what starts it, such as a shell with limits */
function start(args: readonly string[], [program, ...before]: readonly [string, ...string[]] = [process.execPath]) {
  const child = spawn(program, [...before, command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (output.out += chunk));
  child.stderr.on("data", (chunk) => (output.err += chunk));
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { child, output, exited };
}

describe("the collect process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "drains and exits with 0 on %s, with a connection open and samples on the way",
    async (signal) => {
      const storage = `file://${folder.path}/${signal}.jsonl`;
      const { child, output, exited } = start([
        "collect",
        "--listen",
        "tcp://127.0.0.1:0",
        "--storage",
        storage,
        "--secret",
        CAPTURE_SECRET,
        "--allow-default-secret",
      ]);
      try {
        await eventually("the ready line", () => output.out.includes("\n"));
        const ready = JSON.parse(output.out);
        expect(ready).toEqual({
          ready: true,
          listening: [expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:[0-9]+$/)],
          storage: "file",
        });
        const idle = connect(Number(new URL(ready.listening[0]).port), "127.0.0.1").on("error", () => {});
        await once(idle, "connect");
        const sender = start([
          "send",
          "--to",
          ready.listening[0],
          "--format",
          "frames",
          fixturePath("tcp/stream_20.0.0.bin"),
        ]);
        expect(await sender.exited).toEqual({ code: 0, signal: null });
        const asked = performance.now();
        child.kill(signal);
        expect(await exited).toEqual({ code: 0, signal: null });
        expect(performance.now() - asked).toBeLessThan(10_000);
        const [, last = ""] = output.out.trimEnd().split("\n");
        expect(JSON.parse(last)).toMatchObject({
          ready: false,
          ledgers: {
            tcp: { figures: { MessagesReceived: 40, MessagesRecorded: 40, MessagesInFlight: 0, Imbalance: 0 } },
          },
        });
        idle.destroy();
      } finally {
        child.kill("SIGKILL");
      }
    },
  );

  it("counts and tells of every connection that it can't take when it may open few files", async () => {
    const storage = `file://${folder.path}/few-files.jsonl`;
    const args = ["collect", "--listen", "tcp://127.0.0.1:0", "--storage", storage, "--secret", "s3cret of the test"];
    const limited = `ulimit -Sn 120 && ulimit -Hn 120 && exec "$0" "$@"`;
    const { child, output, exited } = start(args, ["sh", "-c", limited, process.execPath]);
    const sockets: Socket[] = [];
    try {
      await eventually("the ready line", () => output.out.includes("\n"));
      const [url = ""] = JSON.parse(output.out).listening;
      for (let count = 0; count < 200; count++) {
        const socket = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => {});
        sockets.push(socket);
        await once(socket, "connect");
      }
      const last = sockets.at(-1);
      await eventually("the last is closed", () => last?.resume().closed === true);
      child.kill("SIGTERM");
      expect(await exited).toEqual({ code: 0, signal: null });
      const { listeners, ledgers } = JSON.parse(output.out.trimEnd().split("\n").at(-1) ?? "");
      const { ConnectionsRefused, DescriptorsShort } = ledgers.tcp.figures;
      expect(listeners[url].connections.accepted + ConnectionsRefused).toBe(200);
      expect(ConnectionsRefused).toBeGreaterThan(80);
      expect(DescriptorsShort).toBeGreaterThanOrEqual(ConnectionsRefused);
      expect(output.err).toContain('"limit":120,"needed":1064,"connections":1000');
    } finally {
      child.kill("SIGKILL");
      for (const socket of sockets) socket.destroy();
    }
  });

  it("drains and ends when npm, which does not pass signals on, is ended", async () => {
    const storage = `file://${folder.path}/npm.jsonl`;
    const args = [
      "collect",
      "--listen",
      "tcp://127.0.0.1:0",
      "udp://127.0.0.1:0",
      "--storage",
      storage,
      "--secret",
      "a secret of this test",
    ];
    // Stands for npm: a parent that dies of the signal, and a child of its own.
    const script = `require("node:child_process").spawn(process.execPath, ${JSON.stringify([command, ...args])}, { stdio: "inherit" })`;
    const parent = spawn(process.execPath, ["-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, npm_execpath: "npm" },
    });
    let out = "";
    parent.stdout.on("data", (chunk) => {
      out += chunk;
    });
    await eventually("the ready line", () => out.includes("\n"));
    expect(JSON.parse(out).listening).toHaveLength(2);
    parent.kill("SIGTERM");
    await eventually("the final counters", () => out.split("\n").length === 3);
    expect(JSON.parse(out.split("\n")[1] ?? "")).toMatchObject({ ready: false });
    // The pipe closes when the last process that holds it has ended.
    await eventually("nothing is left", () => parent.stdout.destroyed || parent.stdout.readableEnded);
  });

  it("ends by itself with 2 when it is called wrongly", async () => {
    const { output, exited } = start(["collect"]);
    expect(await exited).toEqual({ code: 2, signal: null });
    expect(output).toEqual({
      out: "",
      err: "countersign: nothing to receive from: give --listen udp://0.0.0.0:4952 or --queue URL\n",
    });
  });
});

describe("the local process", () => {
  it("shows the demo, ends by itself, and finds the same samples again in a second run", async () => {
    const args = ["local", "--demo", "--once", "--port", "0", "--folder", `${folder.path}/local`];
    const tables: string[] = [];
    for (let run = 0; run < 2; run++) {
      const { child, output, exited } = start(args);
      try {
        expect(await exited).toEqual({ code: 0, signal: null });
      } finally {
        child.kill("SIGKILL");
      }
      expect(output.out).toContain("Replayed 120 datagrams by UDP, 40 frames by TCP and 9 messages by the queue.");
      const ledger = output.out.split("\n").filter((line) => /^(?:listeners|queue|samples): /.test(line));
      expect(ledger).toEqual([
        "listeners: 160 received = 160 recorded + 0 rejected + 0 partial + 0 failed + 0 spilled + 0 shed + 0 in flight",
        "queue: 9 received = 8 recorded + 0 rejected + 1 partial + 0 failed, to be tried again",
        "samples: 209 decoded = 205 recorded + 0 duplicate + 4 rejected + 0 failed + 0 spilled + 0 shed + 0 in flight; 0 datagrams dropped by the kernel",
      ]);
      tables.push(output.out.slice(output.out.indexOf("METER")));
    }
    expect(tables[1]).toBe(tables[0]);
    expect(tables[0]?.match(/\n/g)?.length).toBeGreaterThan(20);
  });

  it("says that the port is taken, and how to take another", async () => {
    const busy = start(["local", "--port", "0", "--folder", `${folder.path}/busy`]);
    try {
      await eventually("it listens", () => busy.output.out.includes("Receiving"));
      const [, port = ""] = /udp:\/\/127\.0\.0\.1:([0-9]+)/.exec(busy.output.out) ?? [];
      const second = start(["local", "--port", port, "--folder", `${folder.path}/second`]);
      expect(await second.exited).toEqual({ code: 2, signal: null });
      expect(second.output.err).toContain("another process has the port");
      expect(second.output.err).toContain("--port 0");
      busy.child.kill("SIGTERM");
      expect(await busy.exited).toEqual({ code: 0, signal: null });
      // What came since the start, or since the demo, is accounted for at the end.
      expect(busy.output.out).toContain("\nsamples: 0 decoded = 0 recorded");
    } finally {
      busy.child.kill("SIGKILL");
    }
  });
});
