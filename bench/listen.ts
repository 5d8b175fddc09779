import { type ChildProcess, spawn } from "node:child_process";
import { createSecretKey } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { canonicalText } from "../lib/signature/legacy/canonical-text.ts";
import { digest } from "../lib/signature/legacy/sign.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { captureSecret } from "./captures.ts";
import { capturedMaps, freshDatagrams } from "./fresh-samples.ts";
import { median } from "./median.ts";
import { processTime } from "./process-time.ts";

/**
 * What the whole process takes for a datagram, from the socket into a storage, seen from outside: its processor time while
 * datagrams come in bursts. Beside it a process that only receives them, and Node's own HMAC of their text.
 */
const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "4000" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "5" },
  },
});
const [rate, seconds, rounds] = [Number(values.rate), Number(values.seconds), Number(values.rounds)];
const BURST = 25;

const folder = await temporaryFolder();
const captures = capturedMaps();
const root = fileURLToPath(new URL("../", import.meta.url));
const file = pathToFileURL(join(folder.path, "samples.jsonl")).href;
const receivers = {
  "bare receive": [fileURLToPath(new URL("bare-receiver.ts", import.meta.url))],
  "to null:": collecting("null:"),
  "to file:": collecting(file),
};

const measured = new Map<string, number[]>();
const lost = new Map<string, number>();
for (let round = 0; round < rounds; round++) {
  note("HMAC alone", hmacAlone());
  for (const [name, args] of Object.entries(receivers)) {
    const { micros, missing } = await received(args);
    note(name, micros);
    lost.set(name, (lost.get(name) ?? 0) + missing);
  }
}
report();
await folder.remove();

function collecting(storage: string): readonly string[] {
  const listen = ["--listen", "udp://127.0.0.1:0", "--allow-default-secret"];
  return ["bin/countersign.ts", "collect", ...listen, "--storage", storage];
}

function note(name: string, figure: number): void {
  measured.set(name, [...(measured.get(name) ?? []), figure]);
}

function hmacAlone(): number {
  const secret = createSecretKey(Buffer.from(captureSecret));
  const texts = captures.flatMap((map) => {
    const canonical = canonicalText(map, "py3");
    return canonical.kind === "text" ? [canonical.text] : [];
  });
  const before = process.cpuUsage();
  for (let index = 0; index < 20_000; index++) digest(texts[index % texts.length] ?? "", secret);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 20_000;
}

/** Starts a receiver, warms it up, and sends it datagrams as often as wanted. */
async function received(args: readonly string[]): Promise<{ readonly micros: number; readonly missing: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const port = await readyPort(lines);
  const warmUp = freshDatagrams(captures, rate * 2, Date.now() - 1_000_000);
  const datagrams = freshDatagrams(captures, rate * seconds, Date.now());
  await sendAll(warmUp, port);
  const before = processTime(child.pid ?? 0);
  await sendAll(datagrams, port);
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
async function sendAll(datagrams: readonly Buffer[], port: number): Promise<void> {
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

function report(): void {
  const [floor, bare] = ["HMAC alone", "bare receive"].map((name) => median(measured.get(name) ?? []));
  console.log(
    `${rate} datagrams a second in bursts of ${BURST}, ${rounds} rounds of ${seconds} s, Node ${process.versions.node}`,
  );
  console.log("µs of the processor a datagram  median (least to most)  beyond bare receive   lost");
  for (const [name, figures] of measured) {
    const spread = `(${Math.min(...figures).toFixed(1)} to ${Math.max(...figures).toFixed(1)})`;
    const beyond = name.startsWith("to") ? `${((median(figures) - (bare ?? 0)) / (floor ?? 1)).toFixed(1)} × HMAC` : "";
    console.log(
      `${name.padEnd(26)} ${median(figures).toFixed(1).padStart(10)} ${spread.padStart(18)} ${beyond.padStart(18)} ${String(lost.get(name) ?? "").padStart(7)}`,
    );
  }
}
