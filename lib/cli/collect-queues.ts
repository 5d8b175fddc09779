import type { WantedQueue } from "../assembly/check-queues.ts";
import { eventSourceArn, isFromQueue } from "../queue/queue-arn.ts";
import { openQueue, type Queue } from "../queue/queue-client.ts";

/** The queues of `collect`, for whoever opens them to close. */
export interface Queues {
  readonly queue: Queue | undefined;
  readonly spill: Queue | undefined;
}

/** @returns the queues that options name, or what is wrong with one */
export function openQueues(
  queueUrl: string | undefined,
  spillUrl: string | undefined,
): Queues | { readonly problem: string } {
  const queue = queueUrl === undefined ? undefined : openQueue(queueUrl);
  if (queue !== undefined && "problem" in queue) return queue;
  const spill = spillUrl === undefined ? undefined : openQueue(spillUrl);
  if (spill !== undefined && "problem" in spill) return spill;
  if (queue !== undefined && spill !== undefined && isFromQueue(eventSourceArn(queue.url), spill.url)) {
    return { problem: "--queue and --spill-queue: give two queues; what is in the spill queue is believed" };
  }
  return { queue, spill };
}

export function wantedQueues({ queue, spill }: Queues): readonly WantedQueue[] {
  return [
    ...(queue === undefined ? [] : [{ name: "--queue", url: queue.url, use: "taken from" as const }]),
    ...(spill === undefined ? [] : [{ name: "--spill-queue", url: spill.url, use: "spilled to" as const }]),
  ];
}
