import { setTimeout as delay } from "node:timers/promises";
import { isSameQueue } from "../queue/queue-arn.ts";
import { openQueue, type Queue } from "../queue/queue-client.ts";
import { messagesIn } from "../queue/redrive/messages-in.ts";
import { type RedriveClock, type RedriveSummary, redrive } from "../queue/redrive/redrive.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "./command/command.ts";
import type { Io } from "./command/io.ts";
import { parseOptions } from "./command/parse-options.ts";
import { createProgress } from "./command/progress.ts";

const clock: RedriveClock = {
  now: () => performance.now(),
  // Rejects at the signal, which is no more than the end of the pause.
  pause: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
};

export const redriveCommand: Command = {
  help: `usage: countersign redrive --from QUEUE_URL --to QUEUE_URL [OPTION…]

Moves messages out of a dead-letter queue, to be handled once more. Each is sent on before it is deleted, and what is
recorded twice is stored once: an interruption loses nothing, and doing it again changes no total.

  --from QUEUE_URL          the dead-letter queue
  --to QUEUE_URL            where they go: best the spill queue, also for what came from another
  --dry-run                 only look: count what is there and why, and leave it
  --once                    leave what was moved before and has failed again: for a schedule, where no person looks
  --rate N                  at most N messages a second
  --max N                   at most N messages

Messages keep their attributes and get one with the time when they were first received. It is believed in the spill
queue only, because nobody but the collector and its operators may write there. In any other queue a message counts as
received when it is sent on: one signed by a key retired since, or older than the time window, is then rejected.

Exit code 0: all were moved, or as many as --max allows; 1: some are left, and it says why; 2: wrongly called.`,

  async run(args, io) {
    const { values } = parseOptions({
      args: [...args],
      options: {
        from: { type: "string" },
        to: { type: "string" },
        "dry-run": { type: "boolean", default: false },
        once: { type: "boolean", default: false },
        rate: { type: "string" },
        max: { type: "string" },
      },
    });
    if (values.from === undefined) return usageError(io, "--from is missing: give the dead-letter queue's URL");
    if (values.to === undefined) return usageError(io, "--to is missing: give the spill queue's URL");
    const rate = positive(values.rate);
    const max = positive(values.max);
    if (Number.isNaN(rate) || Number.isNaN(max)) {
      return usageError(io, "--rate and --max: expected whole numbers above 0");
    }
    const from = openQueue(values.from);
    if ("problem" in from) return usageError(io, `--from: ${from.problem}`);
    const to = openQueue(values.to);
    if ("problem" in to) return usageError(io, `--to: ${to.problem}`);
    try {
      if (isSameQueue(from.url, to.url)) return usageError(io, "--from and --to are the same queue");
      return await run({ from, to, dryRun: values["dry-run"], once: values.once, rate, max }, io);
    } finally {
      from.client.destroy();
      to.client.destroy();
    }
  },
};

interface Work {
  readonly from: Queue;
  readonly to: Queue;
  readonly dryRun: boolean;
  readonly once: boolean;
  readonly rate: number | undefined;
  readonly max: number | undefined;
}

async function run(work: Work, io: Io): Promise<number> {
  const stopping = new AbortController();
  void io.stopped().then(() => stopping.abort());
  const there = await messagesIn(work.from);
  const progress = createProgress(io, Math.min(there, work.max ?? there));
  const started = clock.now();
  const onProgress = (taken: number) => progress.show(taken);
  const summary = await redrive({ ...work, clock, signal: stopping.signal, onProgress });
  if (work.dryRun) io.progress("");
  else progress.done(summary.moved, (clock.now() - started) / 1_000);
  for (const line of report(summary, work.dryRun)) io.out(line);
  for (const line of troubles(summary)) io.err(`countersign redrive: ${line}`);
  const complete = summary.end === "empty" || summary.end === "max";
  return complete && summary.left.size === 0 && summary.undeleted === 0 ? EXIT_OK : EXIT_FAILED;
}

function report({ reasons, moved, left, undeleted, undated }: RedriveSummary, dryRun: boolean): readonly string[] {
  const leftBehind = sum(left);
  return [
    ...(reasons.size === 0 ? [] : ["why they were there:", ...table(reasons)]),
    dryRun ? `${moved} would be moved, ${leftBehind} left; nothing was changed` : `${moved} moved, ${leftBehind} left`,
    ...table(left),
    ...(undated === 0 ? [] : [`${undated} without the time of their first receipt: they have no room for it`]),
    ...(undeleted === 0
      ? []
      : [`${undeleted} moved, but not deleted: the next run moves them again, which changes nothing`]),
  ];
}

function troubles({ end, cause }: RedriveSummary): readonly string[] {
  if (end === "stopped") return ["stopped; there may be more"];
  if (end !== "broken") return [];
  return [`ended early; there may be more: ${cause instanceof Error ? cause.message : String(cause)}`];
}

function table(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts].map(([sentence, count]) => `${String(count).padStart(8)}  ${sentence}`);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

/** @returns undefined if not given, NaN if it is not a positive whole number */
function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : Number.NaN;
}
