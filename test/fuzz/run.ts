import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runBatch } from "./batch.ts";
import { Checks } from "./checks.ts";
import { type Corpus, readCorpus } from "./corpus.ts";
import { runCost } from "./cost/run-cost.ts";
import { runJobs, shared } from "./jobs.ts";
import { stackOf } from "./judging.ts";
import { makeMutant } from "./make-mutant.ts";
import { MemoryGrowth } from "./memory-growth.ts";
import type { Mutant } from "./mutant.ts";
import { Tally } from "./tally.ts";

/** Mutants that are dispatched together; also how many records are ever held. */
const BATCH = 200;
/** In this many mutants the compiler and the heap get to where they stay. */
const SHORTEST_WARM_UP = 20_000;
/** How often memory is measured after the warm-up. */
const MEASUREMENTS = 60;
/** Each measurement takes as long as some hundred mutants. */
const SHORTEST_STEP = 4_000;
/** What memory may grow by after the warm-up, in megabytes. */
const MOST_GROWTH = 20;
/** What lives may grow by, in megabytes: compiled code and the caches of names, which are filled to their limits. */
const MOST_HELD = 10;
/** Of those signed again, so much has to reach storage: else the fuzzer tests only how things are refused. */
const LEAST_RECORDED = 0.1;

interface Run {
  readonly corpus: Corpus;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  readonly checks: Checks;
  readonly tally: Tally;
  readonly growth: MemoryGrowth;
}

/** Sends damaged messages through everything from bytes to storage. The same seed gives the same messages. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      /** The first mutant, to see one again. */
      from: { type: "string", default: "0" },
      /** What is looked for: wrong judgements, or what costs too much. */
      target: { type: "string", default: "judgement" },
      /** How many processes share them: the speed of one is that of one core. */
      jobs: { type: "string", default: "1" },
    },
  });
  const [seed, from, count, jobs] = [values.seed, values.from, values.count, values.jobs].map(wholeNumber);
  if (seed === undefined || from === undefined || count === undefined || !jobs) {
    console.error(
      "usage: npm run fuzz -- [--count N] [--seed N] [--from N] [--jobs N] [--target cost], with whole numbers",
    );
    return false;
  }
  if (values.target === "cost") return runCost(seed, from, count);
  if (jobs > 1) return runJobs(shared(from, count, jobs), seed);
  console.log(`seed ${seed}: ${count.toLocaleString("en")} mutants, Node ${process.versions.node}`);
  const corpus = readCorpus();
  console.log(
    `made from ${corpus.genuine.length} genuine messages, ${corpus.envelopes.length} envelopes of them and ${corpus.bodies.length} queue messages`,
  );
  const run = { corpus, seed, from, count, checks: new Checks(seed), tally: new Tally(), growth: new MemoryGrowth() };
  await fuzz(run);
  run.tally.print();
  return finish(run);
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

async function fuzz({ corpus, seed, from, count, checks, tally, growth }: Run): Promise<void> {
  const warmUp = Math.max(SHORTEST_WARM_UP, count / 10);
  const step = Math.max(SHORTEST_STEP, (count - warmUp) / MEASUREMENTS);
  const started = performance.now();
  let nextMeasurement = warmUp;
  let nextReport = count / 10;
  for (let done = 0; done < count && !checks.hopeless; ) {
    const mutants: Mutant[] = [];
    for (const end = Math.min(count, done + BATCH); done < end; done++) {
      const mutant = made(corpus, seed, from + done, checks);
      if (mutant !== undefined) mutants.push(mutant);
    }
    await runBatch(mutants, corpus, checks, tally);
    if (done >= nextMeasurement) {
      await growth.sample();
      nextMeasurement += step;
    }
    if (done >= nextReport) {
      const speed = Math.round(done / ((performance.now() - started) / 1_000));
      const rss = Math.round(process.memoryUsage.rss() / 2 ** 20);
      console.log(`${done.toLocaleString("en")} mutants, ${speed.toLocaleString("en")} a second, RSS ${rss} MB`);
      nextReport += count / 10;
    }
  }
  console.log("");
}

function made(corpus: Corpus, seed: number, index: number, checks: Checks): Mutant | undefined {
  try {
    return makeMutant(corpus, seed, index);
  } catch (error) {
    checks.failed("throws", `while mutant ${index} of seed ${seed} was made or decoded: ${stackOf(error)}`);
    return undefined;
  }
}

function finish({ checks, tally, growth, count }: Run): boolean {
  const { mutants, resigned, resignedRecorded } = tally;
  console.log(`signed again: ${resigned} of ${mutants}, of which ${resignedRecorded} were recorded`);
  console.log(`beyond DynamoDB's limits: ${tally.unstorable} samples and events`);
  const whole = count > 1_000;
  if (whole && (Math.abs(resigned - mutants / 2) > 1 || resignedRecorded < LEAST_RECORDED * resigned)) {
    checks.failed("half", `${resigned} of ${mutants}, of which ${resignedRecorded} were recorded`);
  }
  if (growth.isMeasured) {
    const { start, end } = growth;
    for (const [what, before, after, most] of [
      ["RSS", start.rss, end.rss, MOST_GROWTH],
      ["held", start.held, end.held, MOST_HELD],
    ] as const) {
      const figures = `${what} ${before.toFixed(1)} MB after the warm-up, ${after.toFixed(1)} MB at the end`;
      console.log(figures);
      if (after - before > most) checks.failed("growth", figures);
    }
  }
  return checks.finish([...(growth.isMeasured ? [] : ["growth" as const]), ...(whole ? [] : ["half" as const])]);
}

process.exitCode = (await main()) ? 0 : 1;
