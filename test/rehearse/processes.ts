import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** A program that runs beside the rehearsal. */
export interface Running {
  readonly process: ChildProcess;
  /** Standard output so far, line by line. */
  readonly lines: readonly string[];
  /** The end of standard output and standard error, for a message. */
  tail(): string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Ends it, and what it started, whatever it does; resolves when it has ended. */
  kill(): Promise<void>;
}

export interface Finished {
  readonly ok: boolean;
  readonly lines: readonly string[];
  /** Why it failed: the end of what it wrote. */
  readonly tail: string;
}

const TAIL_LINES = 12;
const running = new Set<Running>();

export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Running {
  // A process group of its own, so that what it starts can be ended with it.
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, ...options });
  const lines: string[] = [];
  const everything: string[] = [];
  collectLines(child, "stdout", (line) => {
    lines.push(line);
    everything.push(line);
  });
  collectLines(child, "stderr", (line) => everything.push(line));
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("error", (error) => {
      everything.push(error.message);
      resolve(127);
    });
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  const one: Running = {
    process: child,
    lines,
    tail: () => everything.slice(-TAIL_LINES).join("\n"),
    ended,
    async kill() {
      endGroup(child);
      await ended;
    },
  };
  running.add(one);
  void ended.then(() => running.delete(one));
  return one;
}

/** Runs a program to its end, or kills it when the time is over. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly withinMs: number },
): Promise<Finished> {
  const { withinMs, ...spawnOptions } = options;
  const program = start(command, args, spawnOptions);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(program.process);
  }, withinMs);
  const end = await program.ended;
  clearTimeout(timer);
  const tail = late ? `not done within ${withinMs / 1_000} s\n${program.tail()}` : program.tail();
  return { ok: end === 0, lines: program.lines, tail };
}

/** Ends whatever was started here and still runs. */
export async function endProcesses(): Promise<void> {
  await Promise.all(Array.from(running, (one) => one.kill()));
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function collectLines(child: ChildProcess, from: "stdout" | "stderr", take: (line: string) => void): void {
  let rest = "";
  const stream = child[from]?.setEncoding("utf8");
  stream?.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
  stream?.on("end", () => rest !== "" && take(rest));
}
