import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encode } from "@msgpack/msgpack";
import { describe, expect, inject, it } from "vitest";
import { balanced, imbalance } from "../support/balance.ts";
import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { dearDatagram } from "./dear-datagrams.ts";
import { LOAD_SECRET, loadDatagrams, openSender } from "./load.ts";
import { runProgram, startCollect } from "./program.ts";
import { scenarioSeed } from "./seed.ts";
import { storedIds } from "./world.ts";

const SECONDS = inject("isShort") ? 10 : 30;
const DEAR_A_SECOND = 2;
/** Of genuine samples. Less only where this machine, in this run, does not keep so many by themselves. */
const RATES = [500, 250, 100];
const LEAST_KEPT = 0.999;
/** The heap that a task of 1 GiB has. */
const DEPLOYED = ["--max-old-space-size=512"];

type Way = "none" | "from elsewhere" | "under the publisher's own address";

describe(`${DEAR_A_SECOND} datagrams a second that are as dear as can be`, () => {
  it.each<Way>(["from elsewhere", "under the publisher's own address"])(
    "%s cost a publisher beside them nothing",
    async (way) => {
      const seed = scenarioSeed("dear-datagrams");
      for (const rate of RATES) {
        if ((await keptBeside("none", rate, seed)) < LEAST_KEPT) continue;
        const kept = await keptBeside(way, rate, seed);
        if (kept >= LEAST_KEPT) return;
        // The machine's other work may have come in between.
        if ((await keptBeside("none", rate, seed)) >= LEAST_KEPT) expect(kept).toBeGreaterThanOrEqual(LEAST_KEPT);
      }
      throw new Error("not even the lowest rate is kept here without them");
    },
  );
});

/** @returns the share of a publisher's samples that was stored */
async function keptBeside(way: Way, rate: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const dear = Array.from({ length: DEAR_A_SECOND * SECONDS }, () => dearDatagram(random));
  const folder = await temporaryFolder();
  const file = join(folder.path, "dear.msgpack");
  await writeFile(file, encode(dear));
  const storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
  const args = ["--listen", "udp://127.0.0.1:0", "--storage", storage, "--secret", LOAD_SECRET];
  const collector = await startCollect(args, undefined, DEPLOYED);
  const [address = ""] = collector.listening;
  const { port } = new URL(address.replace("udp:", "http:"));
  const publisher = await openSender(address);
  // Known, and at work, as a publisher is whom somebody attacks.
  const warm = await publisher.send(loadDatagrams(rate, "warm"), rate);
  const good = loadDatagrams(rate * SECONDS, "good");
  const own = way === "under the publisher's own address" ? dear : [];
  const elsewhere = way === "from elsewhere" ? dear.length : 0;
  const [, sent] = await Promise.all([
    elsewhere > 0 && runProgram("flooder", [port, DEAR_A_SECOND, elsewhere, file].map(String)),
    publisher.send(mixed(good, own), rate),
  ]);
  publisher.close();
  const { udp } = await collector.finish();
  const stored = await storedIds(storage);
  await folder.remove();
  const kept = stored.filter((id) => id.startsWith("good")).length / good.length;
  const { MessagesReceived = 0, KernelDrops = 0, SamplesRejected = 0, MessagesShed = 0 } = udp?.figures ?? {};
  console.log({ way, rate, kept, MessagesReceived, KernelDrops, SamplesRejected, MessagesShed });

  expect(udp && imbalance(udp)).toEqual(balanced);
  expect(MessagesReceived + KernelDrops).toBe(warm + sent + elsewhere);
  return kept;
}

/** The others among the first, evenly. */
function mixed(all: readonly Buffer[], others: readonly Uint8Array[]): readonly Buffer[] {
  const every = Math.ceil(all.length / Math.max(1, others.length));
  return all.flatMap((one, index) => {
    const other = index % every === 0 ? others[index / every] : undefined;
    return other === undefined ? [one] : [one, Buffer.from(other)];
  });
}
