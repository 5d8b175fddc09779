import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ValueMap } from "../lib/sample/value.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { capturedMaps, freshDatagrams } from "./fresh-samples.ts";
import { hmacAlone } from "./hmac-alone.ts";
import { processTime } from "./process-time.ts";
import type { Result } from "./result.ts";
import { inRounds } from "./rounds.ts";

const BURST = 25;
const FLOOR = "HMAC alone";
const BASE = "bare receive";
const root = fileURLToPath(new URL("../", import.meta.url));

export interface ListenOptions {
  /** Datagrams a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly rounds: number;
}

/**
 * What the whole process takes for a datagram, from the socket into a storage, seen from outside: its processor time while
 * datagrams come in bursts. Beside it a process that only receives them, and Node's own HMAC of their text.
 */
export async function listen(options: ListenOptions): Promise<Result> {
  const { rate, seconds, rounds } = options;
  const folder = await temporaryFolder();
  const captures = capturedMaps();
  const hmac = hmacAlone(captures);
  const measured = new Map<string, number[]>();
  const lost = new Map<string, number>();
  const note = (name: string, micros: number) => measured.set(name, [...(measured.get(name) ?? []), micros]);
  const receivers = {
    [BASE]: [fileURLToPath(new URL("bare-receiver.ts", import.meta.url))],
    "to null:": collecting("null:"),
    "to file:": collecting(pathToFileURL(join(folder.path, "samples.jsonl")).href),
  };
  for (let round = 0; round < rounds; round++) {
    const [floor] = await inRounds([{ name: FLOOR, run: hmac }], { rounds: 1, warmUp: 1 });
    note(FLOOR, floor?.micros[0] ?? 0);
    for (const [name, args] of Object.entries(receivers)) {
      const { micros, missing } = await received(args, captures, options);
      note(name, micros);
      lost.set(name, (lost.get(name) ?? 0) + missing);
    }
  }
  await folder.remove();
  return {
    bench: "listen",
    title: `${rate} datagrams a second in bursts of ${BURST}, ${rounds} rounds of ${seconds} s, Node ${process.versions.node}`,
    figures: Array.from(measured, ([name, micros]) => ({ name, micros })),
    floor: FLOOR,
    base: BASE,
    lost,
  };
}

function collecting(storage: string): readonly string[] {
  const listening = ["--listen", "udp://127.0.0.1:0", "--allow-default-secret"];
  return ["bin/countersign.ts", "collect", ...listening, "--storage", storage];
}

/** Starts a receiver, warms it up, and sends it datagrams as often as wanted. */
async function received(
  args: readonly string[],
  captures: readonly ValueMap[],
  { rate, seconds }: ListenOptions,
): Promise<{ readonly micros: number; readonly missing: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = await readyPort(lines);
  const warmUp = freshDatagrams(captures, rate, Date.now() - 1_000_000);
  const datagrams = freshDatagrams(captures, rate * seconds, Date.now());
  await sendAll(warmUp, port, rate);
  const before = processTime(child.pid ?? 0);
  await sendAll(datagrams, port, rate);
  const micros = ((processTime(child.pid ?? 0) - before) * 1_000) / datagrams.length;
  const missing = warmUp.length + datagrams.length - (await counted(child, lines));
  return { micros, missing };
}

async function readyPort(lines: AsyncIterator<string>): Promise<number> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error("a receiver did not start");
    const port = /udp:\/\/127\.0\.0\.1:([0-9]+)/.exec(value)?.[1];
    if (port !== undefined) return Number(port);
  }
}

/** In bursts, as pollers send, and as evenly as timers allow in between. */
async function sendAll(datagrams: readonly Buffer[], port: number, rate: number): Promise<void> {
  const socket = createSocket("udp4");
  const begin = performance.now();
  for (let sent = 0; sent < datagrams.length; sent += BURST) {
    const due = begin + (sent / rate) * 1_000;
    while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, 1));
    const burst = datagrams.slice(sent, sent + BURST);
    await Promise.all(burst.map((one) => new Promise((resolve) => socket.send(one, port, "127.0.0.1", resolve))));
  }
  // What was sent last is on its way for some milliseconds, and a batch waits for company.
  await new Promise((resolve) => setTimeout(resolve, 500));
  socket.close();
}

async function counted(child: ChildProcess, lines: AsyncIterator<string>): Promise<number> {
  child.kill("SIGTERM");
  let last = "";
  for (let next = await lines.next(); !next.done; next = await lines.next()) last = next.value;
  if (child.exitCode === null) await once(child, "exit");
  const told: { readonly count?: number; readonly process?: unknown; readonly ledgers?: unknown } = JSON.parse(last);
  return told.count ?? Number(/"SamplesRecorded":([0-9]+)/.exec(last)?.[1] ?? 0);
}
