import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "@msgpack/msgpack";
import { expect, inject, it } from "vitest";
import { balanced, imbalance } from "../support/balance.ts";
import { datagrams } from "../support/fixtures.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { LOAD_SECRET, loadDatagrams, openSender } from "./load.ts";
import { runProgram, startCollect, startProgram } from "./program.ts";
import { scenarioSeed } from "./seed.ts";
import { storedIds } from "./world.ts";

const GARBAGE = inject("isShort") ? 40_000 : 200_000;
const GOOD_A_SECOND = 500;
/** From what no machine survives with this runtime down to what every one does. */
const RATES = [
  200_000, 160_000, 120_000, 100_000, 80_000, 60_000, 45_000, 35_000, 25_000, 18_000, 12_000, 8_000, 5_000,
];
const LEAST_KEPT = 0.99;
/** What a collector takes beyond what it takes at rest, in MB: its receive buffer and room for the heap to breathe. */
const MOST_GROWTH = 100;
/** A line for each reason in ten seconds, and a few besides. */
const MOST_LOG_LINES = 100;

it(`keeps a good publisher's samples in a flood of ${GARBAGE.toLocaleString("en")} garbage datagrams`, async () => {
  const random = seededRandom(scenarioSeed("flood"));
  const captured = datagrams();
  const folder = await temporaryFolder();
  const garbage = join(folder.path, "garbage.msgpack");
  await writeFile(garbage, encode(Array.from({ length: 5_000 }, () => garbageDatagram(captured, random))));
  try {
    for (const rate of RATES) {
      if (!(await isSurvivedByBareSocket(garbage, rate))) continue;
      const kept = await flood(garbage, rate);
      if (kept >= LEAST_KEPT) return;
      // The machine's other work may have come in between: what a bare socket survives, it survives twice.
      if (await isSurvivedByBareSocket(garbage, rate)) expect(kept).toBeGreaterThanOrEqual(LEAST_KEPT);
    }
    throw new Error("not even the lowest rate is survived here");
  } finally {
    await folder.remove();
  }
});

/** @returns the share of the good samples that was stored */
async function flood(garbage: string, rate: number): Promise<number> {
  const folder = await temporaryFolder();
  const storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
  const quarantine = pathToFileURL(join(folder.path, "quarantine")).href;
  const collector = await startCollect([
    ...["--listen", "udp://127.0.0.1:0", "--storage", storage, "--quarantine", quarantine, "--secret", LOAD_SECRET],
  ]);
  const [address = ""] = collector.listening;
  const good = await openSender(address);
  const samples = loadDatagrams(GOOD_A_SECOND * 60, "good");
  const warm = await good.send(loadDatagrams(2_000, "warm"), GOOD_A_SECOND * 4);
  const atRest = collector.memory();
  let most = atRest;
  const watch = setInterval(() => {
    most = Math.max(most, collector.memory());
  }, 200);
  let over = false;
  const [bad, goodSent] = await Promise.all([
    sendGarbage(portOf(address), garbage, rate).finally(() => {
      over = true;
    }),
    good.send(samples, GOOD_A_SECOND, () => over),
  ]);
  clearInterval(watch);
  good.close();
  const { udp } = await collector.finish();
  const stored = await storedIds(storage);
  await folder.remove();
  const goodStored = stored.filter((id) => id.startsWith("good")).length;
  const { MessagesReceived = 0, KernelDrops = 0, SamplesRejected = 0, MessagesShed = 0 } = udp?.figures ?? {};
  const growth = Math.round((most - atRest) / 2 ** 20);
  const lines = collector.errors.length;
  const share = { badSent: bad.sent, goodSent, goodStored };
  console.log({ rate, ...share, MessagesReceived, KernelDrops, SamplesRejected, MessagesShed, growth, lines });

  expect(udp && imbalance(udp)).toEqual(balanced);
  expect(MessagesReceived + KernelDrops).toBe(warm + bad.sent + goodSent);
  // A datagram here holds one sample, also by the ledger's counting of those that nobody has looked at.
  expect(stored.length + SamplesRejected + MessagesShed).toBe(MessagesReceived);
  expect(growth).toBeLessThan(MOST_GROWTH);
  expect(lines).toBeLessThan(MOST_LOG_LINES);
  return goodStored / goodSent;
}

/** Bytes of no kind, pieces of real datagrams, and real ones with a bit turned over, which cost a whole verification. */
function garbageDatagram(captured: readonly Buffer[], random: Random): Buffer {
  const capture = captured[random.integer(captured.length)] ?? Buffer.of(7);
  if (random.chance(0.5))
    return Buffer.from(Array.from({ length: 1 + random.integer(600) }, () => random.integer(256)));
  if (random.chance(0.5)) return capture.subarray(0, 1 + random.integer(capture.length - 1));
  const turned = Buffer.from(capture);
  const at = random.integer(turned.length);
  turned[at] = (turned[at] ?? 0) ^ (1 << random.integer(8));
  return turned;
}

/** Whether a socket that only counts misses nothing of the same flood, and the flood reaches its rate. */
async function isSurvivedByBareSocket(garbage: string, rate: number): Promise<boolean> {
  const bare = await startProgram("bareSocket");
  const { sent, seconds } = await sendGarbage(Number(bare.ready.port), garbage, rate);
  const { received } = await bare.stop();
  return Number(received) === sent && sent / seconds > 0.9 * rate;
}

async function sendGarbage(port: number, file: string, rate: number): Promise<{ sent: number; seconds: number }> {
  return JSON.parse(await runProgram("flooder", [port, rate, GARBAGE, file].map(String)));
}

function portOf(url: string): number {
  return Number(new URL(url.replace("udp:", "http:")).port);
}
