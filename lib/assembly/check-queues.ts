import { setTimeout as pause } from "node:timers/promises";
import { type CallLimits, callLimits } from "../aws/client-options.ts";
import type { Logger } from "../log/logger.ts";
import { checkQueue, type QueueCheck } from "../queue/check-queue.ts";
import { spillNeeds } from "../queue/open-spill-queue.ts";
import { openQueue } from "../queue/queue-client.ts";

/** A queue of a collector, with the option or variable that names it. */
export interface WantedQueue {
  /** For a person: `--queue`, or the variable's name. */
  readonly name: string;
  readonly url: string;
  readonly use: "taken from" | "spilled to";
}

export interface CheckOptions {
  readonly logger: Logger;
  /** Ends looking again. */
  readonly stop: AbortSignal;
  readonly limits?: CallLimits;
  readonly lookAgainMs?: number;
}

/** One attempt, so that a queue which can't be reached holds the start up for no longer. */
const LIMITS: CallLimits = { ...callLimits.spillQueue, callMs: 2_500, maxAttempts: 1 };
const LOOK_AGAIN_MS = 30_000;
const TAKES_ANYTHING = { leastBytes: 0, bestBytes: 0 };

/**
 * Looks at queues before anything is received. One that can't be reached now is told of and looked at again: it must not
 * keep a collector from receiving, which can hold for a while what it can't spill.
 *
 * @returns what is wrong with them and does not pass by itself
 */
export async function checkQueues(queues: readonly WantedQueue[], options: CheckOptions): Promise<readonly string[]> {
  const checked = await Promise.all(queues.map(async (queue) => ({ queue, check: await look(queue, options) })));
  const wrong = checked.flatMap(({ queue, check }) => (check.kind === "wrong" ? [told(queue, check.problem)] : []));
  if (wrong.length > 0) return wrong;
  for (const { queue, check } of checked) {
    say(queue, check, options.logger);
    if (check.kind === "unknown") void lookAgain(queue, options);
  }
  return [];
}

async function lookAgain(queue: WantedQueue, options: CheckOptions): Promise<void> {
  const { logger, stop, lookAgainMs = LOOK_AGAIN_MS } = options;
  while (!stop.aborted) {
    await pause(lookAgainMs, undefined, { signal: stop, ref: false }).catch(() => "cut short");
    if (stop.aborted) return;
    const check = await look(queue, options);
    if (check.kind === "unknown") continue;
    say(queue, check, logger);
    return;
  }
}

async function look({ url, use }: WantedQueue, { limits = LIMITS }: CheckOptions): Promise<QueueCheck> {
  const queue = openQueue(url, limits);
  if ("problem" in queue) return { kind: "wrong", problem: queue.problem };
  try {
    return await checkQueue(queue, use === "spilled to" ? spillNeeds : TAKES_ANYTHING);
  } finally {
    queue.client.destroy();
  }
}

function say(queue: WantedQueue, check: QueueCheck, logger: Logger): void {
  if (check.kind === "wrong")
    logger.error("a queue can't be used: correct it, and start again", { queue: told(queue, check.problem) });
  else if (check.kind === "unknown") {
    logger.warn("a queue can't be looked at now, to be tried again; the collector runs all the same", {
      queue: told(queue, check.problem),
    });
  } else if (check.warning !== undefined) {
    logger.warn("a queue is not as it should be", { queue: told(queue, check.warning) });
  }
}

function told({ name, url }: WantedQueue, what: string): string {
  return `${name} ${url}: ${what}`;
}
