import { fork } from "node:child_process";
import { once } from "node:events";
import { getHeapStatistics } from "node:v8";
import { createJudge, type Judge } from "../../../lib/judge/judge.ts";
import { fixedKeys } from "../../../lib/keys/keyring.ts";
import { dialects } from "../../../lib/sample/sample.ts";
import { key } from "../../support/fixtures.ts";
import { garbageCollector, heldBytes } from "../../support/garbage.ts";
import { receivedBy } from "../judges.ts";
import { costlyInput, type Input, sizeOf } from "./costly-input.ts";

/** What V8 gives a process in a task of 1 GiB, the default, in megabytes. */
export const DEPLOYED_HEAP_MB = 512;

/**
 * What one input may cost: so much for each KB and so much for any. With two keys and three dialects, on one core of a
 * busy machine. The dearest have 5 to 8 KB and 2 MiB of text to sign in each dialect, all different: some 30 ms on a quiet one,
 * two thirds of which are the HMACs.
 */
const MOST_MS_PER_KB = 8;
const MOST_MS = 20;
/** Bytes of heap for each byte, and for any. */
const MOST_HEAP_PER_BYTE = 1_000;
const MOST_HEAP = 30_000_000;
/** What may be left behind by all of them. */
const MOST_HELD = 20_000_000;

/** Noise is not what is looked for: what seems too much is measured again. */
const TRIES = 4;
const MAX_FAILURES = 20;

interface Cost {
  readonly milliseconds: number;
  readonly heap: number;
}

/** Runs in a process of its own, as long as this one has a larger heap than what is deployed. */
export async function runCost(seed: number, from: number, count: number): Promise<boolean> {
  if (getHeapStatistics().heap_size_limit < (DEPLOYED_HEAP_MB + 200) * 2 ** 20) return measureAll(seed, from, count);
  const args = ["--target", "cost", "--seed", String(seed), "--from", String(from), "--count", String(count)];
  const execArgv = [...process.execArgv, `--max-old-space-size=${DEPLOYED_HEAP_MB}`];
  const child = fork(new URL("../run.ts", import.meta.url), args, { execArgv });
  const [code, signal] = await once(child, "close");
  if (signal !== null) console.log(`FAILED the process was ended by ${signal}`);
  return code === 0;
}

function measureAll(seed: number, from: number, count: number): boolean {
  console.log(`seed ${seed}: ${count.toLocaleString("en")} costly inputs, a heap of ${DEPLOYED_HEAP_MB} MB`);
  const judge = createJudge({
    keys: fixedKeys(["one", "two"].map((id) => ({ id, scheme: "legacy" as const, secret: key(`secret ${id}`) }))),
    dialects,
    extraFields: [],
  });
  const collectGarbage = garbageCollector();
  const warmUp = Math.min(2_000, count / 10);
  const verdicts = new Map<string, number>();
  let failures = 0;
  let worst = { perKb: 0, index: 0 };
  let heldBefore = 0;
  let bytes = 0;
  const start = process.cpuUsage();
  for (let index = from; index < from + count && failures < MAX_FAILURES; index++) {
    if (index === from + warmUp) heldBefore = heldBytes(collectGarbage);
    if (count >= 10_000 && (index - from) % (count / 10) === 0)
      console.log(`${index - from} inputs, ${failures} failed`);
    const input = costlyInput(seed, index);
    const size = sizeOf(input);
    bytes += size;
    const cost = leastCost(judge, input, size, verdicts);
    const perKb = (cost.milliseconds - MOST_MS) / (size / 1_024);
    if (perKb > worst.perKb) worst = { perKb, index };
    if (!isWithin(cost, size)) {
      failures++;
      console.log(`FAILED ${size} bytes took ${cost.milliseconds.toFixed(0)} ms and ${cost.heap} bytes of heap`);
      console.log(`  again: npm run fuzz -- --target cost --seed ${seed} --from ${index} --count 1`);
    }
  }
  const { user, system } = process.cpuUsage(start);
  const grown = heldBytes(collectGarbage) - heldBefore;
  for (const [verdict, times] of [...verdicts].sort()) console.log(`${verdict.padEnd(20)} ${times}`);
  console.log(
    `${((user + system) / 1_000 / (bytes / 1_024)).toFixed(3)} ms a KB on average, making the inputs included`,
  );
  console.log(
    `worst beyond ${MOST_MS} ms: ${worst.perKb.toFixed(2)} ms a KB, index ${worst.index}; limit ${MOST_MS_PER_KB}`,
  );
  console.log(`${(grown / 1e6).toFixed(1)} MB left behind; limit ${MOST_HELD / 1e6}`);
  const isHeld = count < 1_000 || grown < MOST_HELD;
  if (!isHeld) console.log("FAILED too much is left behind");
  return failures === 0 && isHeld;
}

function isWithin({ milliseconds, heap }: Cost, size: number): boolean {
  return milliseconds <= MOST_MS + (MOST_MS_PER_KB * size) / 1_024 && heap <= MOST_HEAP + MOST_HEAP_PER_BYTE * size;
}

function leastCost(judge: Judge, input: Input, size: number, verdicts: Map<string, number>): Cost {
  let least: Cost = { milliseconds: Number.POSITIVE_INFINITY, heap: Number.POSITIVE_INFINITY };
  for (let time = 0; time < TRIES && !isWithin(least, size); time++) {
    const heapBefore = getHeapStatistics().used_heap_size;
    const start = process.cpuUsage();
    const results =
      input.listener === "queue"
        ? judge.text(input.text, {}, receivedBy("queue"))
        : judge.bytes(input.bytes, receivedBy(input.listener));
    const { user, system } = process.cpuUsage(start);
    // Garbage that was collected meanwhile is not seen: a run of many inputs sees enough that was not.
    const heap = Math.max(0, getHeapStatistics().used_heap_size - heapBefore);
    const milliseconds = (user + system) / 1_000;
    least = { milliseconds: Math.min(least.milliseconds, milliseconds), heap: Math.min(least.heap, heap) };
    if (time > 0) continue;
    for (const result of results) {
      const verdict = result.ok ? "recorded" : result.reason;
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
      // Nobody signed any of it.
      if (verdict === "recorded" || verdict === "invalid-sample" || verdict === "ambiguous") {
        throw new Error(`unproved, and called ${verdict}`);
      }
    }
  }
  return least;
}
