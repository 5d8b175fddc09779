import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { allDrivers } from "../lib/assembly/drivers.ts";
import { counterTypes } from "../lib/sample/sample.ts";
import { openStorage } from "../lib/storage/open-storage.ts";
import { type OneSeries, seriesOf } from "../test/support/one-series.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { median } from "./median.ts";
import type { UsageFigures } from "./usage-process.ts";

/**
 * What usage of one series costs by the number of its samples, beside a bare loop over the same samples in the same
 * process. Each line is a process of its own, so that its memory is nobody else's.
 */
const SIZES = [10_000, 100_000, 1_000_000];
const BATCH = 10_000;

const { values } = parseArgs({
  options: { samples: { type: "string", multiple: true }, rounds: { type: "string", default: "5" } },
});
const sizes = values.samples?.map(Number) ?? SIZES;

console.log(`${values.rounds} rounds, Node ${process.versions.node}; in brackets the least and the most of them`);
console.log(
  "                         samples            µs a sample          of a bare loop  live halfway         peak",
);
for (const [name, measure] of [["generated", measured] as const, ["file", measuredInFile] as const]) {
  for (const type of counterTypes) {
    for (const count of sizes)
      console.log(`${name.padEnd(9)}  ${line({ type, count }, await measure({ type, count }))}`);
  }
}

/** In a file as a collector leaves it: in the order of time. */
async function measuredInFile(series: OneSeries): Promise<UsageFigures> {
  const folder = await temporaryFolder();
  try {
    const url = pathToFileURL(join(folder.path, "samples.jsonl")).href;
    const opened = await openStorage(url, allDrivers);
    if (!opened.ok) throw new Error(opened.problem);
    const sampleAt = seriesOf(series);
    for (let begin = 0; begin < series.count; begin += BATCH) {
      const length = Math.min(BATCH, series.count - begin);
      await opened.driver.record(Array.from({ length }, (_, index) => sampleAt(begin + index)));
    }
    await opened.driver.close();
    return await measured(series, url);
  } finally {
    await folder.remove();
  }
}

async function measured({ type, count }: OneSeries, url?: string): Promise<UsageFigures> {
  const program = fileURLToPath(new URL("usage-process.ts", import.meta.url));
  const args = ["--import", "tsx", program, type, String(count), values.rounds, ...(url === undefined ? [] : [url])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

function line({ type, count }: OneSeries, { usage, bare, live, peak }: UsageFigures): string {
  const ratios = usage.map((micros, round) => micros / (bare[round] ?? 0));
  return [
    type.padEnd(10),
    count.toLocaleString("en").padStart(9),
    spread(usage).padStart(22),
    `${spread(ratios)} ×`.padStart(22),
    megabytes(live).padStart(12),
    megabytes(peak).padStart(11),
  ].join("  ");
}

function spread(figures: readonly number[]): string {
  const [least, most] = [Math.min(...figures), Math.max(...figures)];
  return `${median(figures).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
