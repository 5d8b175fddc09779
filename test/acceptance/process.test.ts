import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { captureIo } from "../support/captured-io.ts";
import { eventually } from "../support/eventually.ts";
import { CAPTURE_SECRET, fixturePath } from "../support/fixtures.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { command, start } from "./command-process.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

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
        const sent = ["send", "--to", ready.listening[0], "--format", "frames", fixturePath("tcp/stream_20.0.0.bin")];
        expect(await main(sent, captureIo())).toBe(0);
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
