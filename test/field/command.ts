import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { eventually } from "../support/eventually.ts";

/** The command as a user starts it. */
const COMMAND = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
const START_MS = 30_000;
/** What a stop may take, and some for a busy machine. */
const STOP_MS = 15_000;

export interface Started {
  readonly child: ChildProcess;
  /** What it has said so far on those of its streams that are pipes of ours. */
  readonly said: { out: string; err: string };
  readonly isRunning: () => boolean;
  /** Its exit code, or the signal that ended it; kills it if it does not end by itself. */
  ended(withinMs?: number): Promise<number | NodeJS.Signals | "killed: it did not end">;
}

export interface StartOptions {
  /** Standard output and standard error: pipes to us unless told otherwise. */
  readonly stdio?: StdioOptions;
  readonly env?: Readonly<Record<string, string>>;
  /** What runs it; by default this Node itself. */
  readonly runner?: readonly string[];
}

export function start(args: readonly string[], { runner = [], ...options }: StartOptions = {}): Started {
  return startProgram([...runner, process.execPath, COMMAND, ...args], options);
}

/** Any program, with its arguments. */
export function startProgram(
  [program = "", ...rest]: readonly string[],
  { stdio, env = {} }: Omit<StartOptions, "runner"> = {},
): Started {
  const child = spawn(program, rest, { stdio: stdio ?? ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const said = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => (said.out += chunk));
  child.stderr?.on("data", (chunk) => (said.err += chunk));
  const exited = once(child, "exit");
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    child,
    said,
    isRunning,
    async ended(withinMs = STOP_MS) {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill("SIGKILL");
      }, withinMs);
      const [code, signal] = await exited;
      clearTimeout(timer);
      return isLate ? "killed: it did not end" : (code ?? signal);
    },
  };
}

export interface CollectOptions extends StartOptions {
  readonly file: string;
  /** More of its arguments. */
  readonly more?: readonly string[];
}

export const SECRET = "a secret of these tests";

/** A `collect` with a UDP listener and a file. Not ready yet: its ready line may go nowhere. */
export function startCollect(port: number, { file, more = [], ...options }: CollectOptions): Started {
  const listen = ["--listen", `udp://127.0.0.1:${port}`, "--storage", `file://${file}`];
  const secret = more.includes("--keys") || more.includes("--secret-file") ? [] : ["--secret", SECRET];
  return start(["collect", ...listen, ...secret, ...more], options);
}

export async function ready({ said, isRunning }: Started): Promise<void> {
  await eventually(`the ready line; it said ${said.err}`, () => said.out.includes("\n") || !isRunning(), START_MS);
  if (!said.out.includes("\n")) throw new Error(`it ended: ${said.err}`);
}

/** The last line that it said on standard output. */
export function lastLine({ said }: Started): Readonly<Record<string, unknown>> {
  return JSON.parse(said.out.trimEnd().split("\n").at(-1) ?? "");
}
