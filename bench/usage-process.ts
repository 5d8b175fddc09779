import { allDrivers } from "../lib/assembly/drivers.ts";
import { toInstant } from "../lib/query/instant.ts";
import { usage } from "../lib/query/usage.ts";
import { counterTypes } from "../lib/sample/sample.ts";
import type { StorageDriver, StoredSample } from "../lib/storage/driver.ts";
import { openStorage } from "../lib/storage/open-storage.ts";
import { garbageCollector, heldBytes } from "../test/support/garbage.ts";
import { monthOfDays, newestFirst } from "../test/support/one-series.ts";

/**
 * Measures usage of one series in a process of its own, which bench/usage.ts starts: its arguments are the type, how many
 * samples there are, how many rounds to measure, and the URL of a storage; without one the samples are made as they are read.
 */
export interface UsageFigures {
  /**
   * Microseconds of processor time a sample, round by round: of usage, and of a bare loop over the same samples. Other
   * processes of the machine take none of it.
   */
  readonly usage: readonly number[];
  readonly bare: readonly number[];
  /** Bytes that live when half of the samples were read, beyond those before the first. */
  readonly live: number;
  /** Bytes of memory that the process had at most, as the system counts them. */
  readonly peak: number;
}

const [typeName, countText, roundsText, url] = process.argv.slice(2);
const type = counterTypes.find((one) => one === typeName);
if (type === undefined) throw new Error(`no type of a counter: ${typeName}`);
const [count, rounds] = [Number(countText), Number(roundsText)];
const collectGarbage = garbageCollector();

type Readable = Pick<StorageDriver, "samples">;

const opened = url === undefined ? undefined : await openStorage(url, allDrivers, { readOnly: true });
if (opened?.ok === false) throw new Error(opened.problem);
const storage: Readable = opened?.driver ?? { samples: () => newestFirst({ type, count }) };

/** Reads time and volume of each sample: the least that anything which adds them up costs. */
async function bareLoop(): Promise<void> {
  let [latest, sum] = [0, 0];
  for await (const { time, counter_volume } of storage.samples({})) {
    latest = Math.max(latest, toInstant(time));
    sum += Number(counter_volume);
  }
  if (latest === 0 || !(sum > 0)) throw new Error("the loop has read nothing");
}

async function wholeUsage(from: Readable): Promise<void> {
  const rows = await usage(from, monthOfDays);
  const samples = rows.reduce((sum, row) => sum + row.samples, 0);
  if (samples !== count) throw new Error(`usage has ${samples} of ${count} samples`);
}

async function timed(step: () => Promise<void>): Promise<number> {
  collectGarbage();
  const before = process.cpuUsage();
  await step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

/** Whatever is held of each sample is held of half of them then. */
async function liveHalfway(): Promise<number> {
  const before = heldBytes(collectGarbage);
  let live = 0;
  async function* watched(): AsyncGenerator<StoredSample> {
    let read = 0;
    for await (const sample of storage.samples({})) {
      read += 1;
      if (read === Math.floor(count / 2)) live = heldBytes(collectGarbage) - before;
      yield sample;
    }
  }
  await wholeUsage({ samples: watched });
  return live;
}

const times: { readonly usage: number[]; readonly bare: number[] } = { usage: [], bare: [] };
// One round more, as the compiler works in the first one; beside a million samples that is nothing.
for (let round = count < 1_000_000 ? 0 : 1; round <= rounds; round++) {
  const [bare, whole] = [await timed(bareLoop), await timed(() => wholeUsage(storage))];
  if (round === 0) continue;
  times.bare.push(bare);
  times.usage.push(whole);
}
const live = await liveHalfway();
await opened?.driver.close();
const figures: UsageFigures = { ...times, live, peak: process.resourceUsage().maxRSS * 1_024 };
console.log(JSON.stringify(figures));
