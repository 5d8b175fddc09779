import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const command = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));

/**
 * The command as a user starts it: a process of its own, ended by signals.
 *
 * @param by what starts it, such as a shell with limits
 */
export function start(
  args: readonly string[],
  [program, ...before]: readonly [string, ...string[]] = [process.execPath],
) {
  const child = spawn(program, [...before, command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (output.out += chunk));
  child.stderr.on("data", (chunk) => (output.err += chunk));
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { child, output, exited };
}
