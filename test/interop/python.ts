import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A Python that has Ceilometer, and where it looks for more packages. */
export interface Python {
  readonly command: string;
  /** Searched before what is installed. */
  readonly packages?: string;
}

// Debian and Ubuntu install Ceilometer for the system's Python, which need not be the first on the path.
export const PYTHONS = ["/usr/bin/python3", "python3"] as const;
const NEEDED = "import ceilometer.publisher.utils, msgpack, oslo_messaging, oslo_utils.timeutils";

/** Undefined where no Python here has Ceilometer. */
export function findPython(): Python | undefined {
  return PYTHONS.map((command) => ({ command })).find(hasCeilometer);
}

export function hasCeilometer({ command, packages = "" }: Python): boolean {
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync(command, ["-c", NEEDED], { env }).status === 0;
}

/**
 * Runs one of the scripts of this folder to its end.
 *
 * @returns what it wrote to standard output.
 * @throws Error with its standard error where it fails.
 */
export function runPython(python: Python, script: string, args: readonly string[], input = ""): string {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const done = spawnSync(python.command, [path, ...args], {
    input,
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: python.packages ?? "", PYTHONIOENCODING: "utf-8", PYTHONDONTWRITEBYTECODE: "1" },
    maxBuffer: 2 ** 30,
  });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${script} failed: ${done.stderr.trim().split("\n").slice(-5).join("\n")}`);
  return done.stdout;
}
