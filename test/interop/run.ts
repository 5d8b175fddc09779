import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { type Checks, startChecks } from "./checks.ts";
import { type Collecting, startCollecting } from "./collecting.ts";
import { differencesOf } from "./compare-rows.ts";
import { NEWEST_RELEASE, withNewestRelease } from "./newest-release.ts";
import { compareWithCeilometer } from "./oracle.ts";
import { findPython, type Python, runPython } from "./python.ts";
import { withTcpPublisher } from "./tcp-publisher.ts";

const SECRET = "a secret shared with publishers ✓";

/** Lets the real Ceilometer publish to `countersign collect`, and compares what was stored with what was published. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      count: { type: "string", default: "2000" },
      install: { type: "boolean", default: process.env.CI === "true" },
    },
  });
  const checks = startChecks();
  const python = findPython();
  const newest = withNewestRelease(values.install);
  const releases: Release[] = [];
  if (python === undefined) {
    checks.skipped("this system's Ceilometer", "it is not installed (apt-get install python3-ceilometer)");
  } else releases.push({ name: versionOf(python), python });
  if ("problem" in newest) checks[newest.isOurs ? "failed" : "skipped"](`Ceilometer ${NEWEST_RELEASE}`, newest.problem);
  else releases.push({ name: versionOf(newest), python: newest });
  const [oracle] = releases;
  if (oracle !== undefined) compareWithCeilometer(oracle.python, checks, Number(values.seed), Number(values.count));
  const folder = mkdtempSync(join(tmpdir(), "countersign-interop-"));
  try {
    const file = join(folder, "samples.jsonl");
    for (const release of releases) await publishAndCompare(release, checks, folder, file, values.install);
    if (releases.length > 0) showMeters(checks, file, releases);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return checks.finish();
}

interface Release {
  readonly name: string;
  readonly python: Python;
}

function versionOf(python: Python): string {
  return `Ceilometer ${runPython(python, "version.py", []).trim()}`;
}

async function publishAndCompare(
  { name, python }: Release,
  checks: Checks,
  folder: string,
  file: string,
  install: boolean,
): Promise<void> {
  const server = await startFauxqs({ port: 0, logger: false });
  try {
    const { queueUrl } = server.createQueue("metering");
    const listen = ["udp://127.0.0.1:0", "tcp://127.0.0.1:0", ...(hasIpv6() ? ["udp://[::1]:0"] : [])];
    const before = existsSync(file) ? output(readFileSync(file, "utf8")).length : 0;
    const collecting = await startCollecting({ listen, queue: queueUrl, file, secret: SECRET });
    try {
      const run: Run = { name, python, checks, collecting, expected: [], before, skipLines: before };
      await publishBySocket(run, install);
      await publishByQueue(run, queueUrl, folder);
      resign(run, (await collecting.lines(before + run.expected.length)).slice(before));
    } finally {
      const { code, log } = await collecting.stop();
      checks.same(`${name}: collect drains and exits on SIGTERM`, code === 0 ? [] : [`exit code ${code}: ${log}`]);
    }
  } finally {
    await server.stop();
  }
}

interface Run {
  /** Of the release. */
  readonly name: string;
  readonly python: Python;
  readonly checks: Checks;
  readonly collecting: Collecting;
  /** What was published so far, one message a line. */
  readonly expected: string[];
  /** Lines that other releases have in the file. */
  readonly before: number;
  /** Lines of the file that were compared already, those of other releases included. */
  skipLines: number;
}

async function publishBySocket(run: Run, install: boolean): Promise<void> {
  await publish(run, "UDP over IPv4", "udp", run.collecting.address("udp://127.0.0.1"));
  if (hasIpv6()) await publish(run, "UDP over IPv6", "udp", run.collecting.address("udp://[::1]"));
  else run.checks.skipped("the UDP publisher over IPv6", "this machine has no ::1");
  const python = withTcpPublisher(run.python, install);
  if (typeof python === "string") run.checks.skipped(`${run.name}: the TCP publisher`, python);
  else await publish(run, "TCP", "tcp", run.collecting.address("tcp://127.0.0.1"), python);
}

async function publish(run: Run, what: string, way: string, url: string, python = run.python): Promise<void> {
  await compare(run, `by ${what}`, output(runPython(python, "publish.py", [SECRET, way, url])));
}

/** The notifier's messages, first to the command line as files, then to `collect` through a queue. */
async function publishByQueue(run: Run, queueUrl: string, folder: string): Promise<void> {
  const bodies = join(folder, `bodies of ${run.name}`);
  mkdirSync(bodies);
  const published = output(runPython(run.python, "publish.py", [SECRET, "notifier", bodies]));
  const files = readdirSync(bodies).map((name) => join(bodies, name));
  verify(run, files, published.length);
  const queue = openQueue(queueUrl);
  if ("problem" in queue) throw new Error(queue.problem);
  for (const body of files.map((file) => readFileSync(file, "utf8"))) {
    await queue.client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  }
  queue.client.destroy();
  await compare(run, "by the notifier and a queue", published);
}

function verify({ name, checks }: Run, files: readonly string[], count: number): void {
  const command = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
  const args = [command, "verify", "--secret", SECRET, "--format", "envelope", ...files];
  const done = spawnSync(process.execPath, args, { encoding: "utf8" });
  const lines = output(done.stdout);
  const bad = lines.filter((line) => !line.includes('"outcome":"recorded"'));
  if (done.status !== 0 || lines.length !== count)
    bad.push(`exit code ${done.status}, ${lines.length} lines: ${done.stderr}`);
  checks.same(
    `${name}: countersign verify: ${count} messages of the notifier in ${files.length} bodies are genuine`,
    bad,
  );
}

async function compare(run: Run, what: string, published: readonly string[]): Promise<void> {
  run.expected.push(...published);
  const rows = (await run.collecting.lines(run.before + run.expected.length)).slice(run.skipLines);
  run.skipLines += rows.length;
  run.checks.same(
    `${run.name}: ${published.length} messages ${what} are stored once, exactly`,
    differencesOf(published, rows),
  );
}

/** From the stored fields alone, Ceilometer computes the stored signature again. */
function resign({ name, python, checks, expected }: Run, rows: readonly string[]): void {
  const verdicts = output(runPython(python, "verify.py", [SECRET], rows.join("\n")));
  const bad = rows.filter((_, index) => verdicts[index] !== "true").map((row) => row.slice(0, 300));
  if (rows.length !== expected.length) bad.push(`${rows.length} rows; expected ${expected.length}`);
  checks.same(`${name}: ${rows.length} stored rows have the signature that Ceilometer gives them`, bad);
}

/** Before 26.0 memory was in MB, and since it is in MiB: one meter all the same. */
function showMeters(checks: Checks, file: string, releases: readonly Release[]): void {
  const command = fileURLToPath(new URL("../../bin/countersign.js", import.meta.url));
  const args = [command, "meters", "--storage", `file://${file}`, "--meter", "memory.usage"];
  const done = spawnSync(process.execPath, args, { encoding: "utf8" });
  const [, ...rows] = output(done.stdout);
  const units = new Set(releases.map(({ python }) => runPython(python, "version.py", ["memory.usage"]).trim()));
  const shown = Array.from(units).sort().join(", ");
  const isOne = rows.length === 1 && (rows[0] ?? "").includes(`  ${shown}  `);
  checks.same(`countersign meters shows memory.usage once, in ${shown}`, isOne ? [] : [done.stdout + done.stderr]);
  for (const row of rows) console.log(`         ${row}`);
}

function output(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
}

process.exitCode = (await main()) ? 0 : 1;
