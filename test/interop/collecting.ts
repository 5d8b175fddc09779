import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const START_MS = 20_000;
/** A queue hands a message over once more after 30 s, if its first answer was lost or came too late on a busy machine. */
const STORED_MS = 75_000;
/** The command promises to drain and exit within this time. */
const STOP_MS = 10_000;

/** A `countersign collect` that runs as a process of its own. */
export interface Collecting {
  /** Where it listens by this protocol on this kind of address, such as `udp://127.0.0.1:41234`. */
  address(start: string): string;
  /** Waits until so many lines are in its file, or a while. */
  lines(count: number): Promise<readonly string[]>;
  /** Sends SIGTERM. @returns its exit code and all that it wrote to standard error */
  stop(): Promise<{ readonly code: number | null; readonly log: string }>;
}

export interface CollectOptions {
  readonly listen: readonly string[];
  readonly queue: string;
  readonly file: string;
  readonly secret: string;
}

/** @throws Error if it does not become ready */
export async function startCollecting({ listen, queue, file, secret }: CollectOptions): Promise<Collecting> {
  const args = ["--queue", queue, "--storage", `file://${file}`, "--secret", secret];
  for (const url of listen) args.push("--listen", url);
  const child = spawn(process.execPath, [COMMAND, "collect", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const printed: string[] = [];
  const output = createInterface({ input: child.stdout }).on("line", (line) => printed.push(line));
  const stopped = once(child, "exit");
  await Promise.race([once(output, "line"), stopped, wait(START_MS, undefined, { ref: false })]);
  const listening = listeningOf(printed[0]);
  if (listening === undefined) {
    await end(child, stopped);
    throw new Error(`countersign collect did not become ready; it said ${printed[0] ?? "nothing"}, ${log}`);
  }
  return {
    address(start) {
      const found = listening.find((url) => url.startsWith(start));
      if (found === undefined) throw new Error(`it does not listen on ${start}, only on ${listening.join(", ")}`);
      return found;
    },
    lines: (count) => linesOf(file, count),
    async stop() {
      await end(child, stopped);
      return { code: child.exitCode, log };
    },
  };
}

function listeningOf(line: string | undefined): readonly string[] | undefined {
  const ready: unknown = line === undefined ? undefined : JSON.parse(line);
  const known = typeof ready === "object" && ready !== null && "listening" in ready ? ready.listening : undefined;
  return Array.isArray(known) ? known.map(String) : undefined;
}

async function end(child: ChildProcess, stopped: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM");
  await Promise.race([stopped, wait(STOP_MS, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  await stopped;
}

async function linesOf(file: string, count: number): Promise<readonly string[]> {
  const deadline = Date.now() + STORED_MS;
  for (;;) {
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
    if (lines.length >= count || Date.now() > deadline) return lines;
    await wait(50);
  }
}
