import { execFile, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { captureSecret } from "./captures.ts";
import type { Figure } from "./result.ts";

/** The system's own has the packages that publishers come with. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** The same datagrams in Python, C msgpack and all. @returns why not, where there is none */
export async function original(datagrams: readonly Buffer[]): Promise<Figure | string> {
  const python = await withMsgpack();
  if (python === undefined) return "Python, as no python3 here has msgpack";
  const child = spawn(python, [fileURLToPath(new URL("original.py", import.meta.url)), captureSecret], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lengths = datagrams.map(({ length }) => Buffer.from(Uint32Array.of(length).buffer).swap32());
  child.stdin.end(Buffer.concat(datagrams.flatMap((one, index) => [lengths[index] ?? one, one])));
  const [genuine = 0, ...micros] = (await text(child.stdout)).trim().split(" ").map(Number);
  if (genuine < datagrams.length * LEAST_GENUINE) return `Python, which proves ${genuine} of ${datagrams.length} alone`;
  return { name: "decode + verify in Python", micros };
}

/** A few captures have lists, which Python spells otherwise. */
const LEAST_GENUINE = 0.9;

async function withMsgpack(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const found = await promisify(execFile)(python, ["-c", "import msgpack"]).catch(() => undefined);
    if (found !== undefined) return python;
  }
  return undefined;
}
