import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { openQueue, type Queue } from "../queue/queue-client.ts";
import type { Check } from "./finding/check.ts";
import type { Finding } from "./finding/finding.ts";
import { BACKLOG_MESSAGES } from "./finding/limits.ts";

/** What a queue is for us. */
export type QueueUse = "source" | "spill" | "dead-letters";

export interface WatchedQueue {
  readonly url: string;
  readonly use: QueueUse;
}

/** Looks at how many messages wait in a queue, and in the one that its dead letters go to. */
export function queueCheck({ url, use }: WatchedQueue): Check {
  return {
    name: use === "dead-letters" ? "dead-letters" : "backlog",
    about: url,
    async look() {
      const attributes = await attributesOf(url);
      const waiting = waitingIn(attributes);
      if (use === "dead-letters") return deadLetters(url, waiting);
      const own = use === "spill" ? spilled(url, waiting) : backlog(url, waiting);
      const dead = deadLetterUrl(url, attributes.RedrivePolicy);
      return dead === undefined ? own : [...own, ...deadLetters(dead, waitingIn(await attributesOf(dead)))];
    },
  };
}

type Attributes = Readonly<Record<string, string>>;

async function attributesOf(url: string): Promise<Attributes> {
  const queue = opened(url);
  try {
    const { client } = queue;
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ["All"] }),
    );
    if (Attributes?.QueueArn === undefined) throw new Error("the answer is not SQS's");
    return Attributes;
  } finally {
    queue.client.destroy();
  }
}

function opened(url: string): Queue {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  return queue;
}

/** All of them: who is handling one just now, or waits to try it again, has not stored it. */
function waitingIn(attributes: Attributes): number {
  return [
    attributes.ApproximateNumberOfMessages,
    attributes.ApproximateNumberOfMessagesNotVisible,
    attributes.ApproximateNumberOfMessagesDelayed,
  ].reduce((sum, text) => sum + Number(text ?? 0), 0);
}

/** A queue of dead letters is in the same region and account. */
function deadLetterUrl(url: string, policy: string | undefined): string | undefined {
  const arn = /"deadLetterTargetArn"\s*:\s*"([^"]+)"/.exec(policy ?? "")?.[1];
  const name = arn?.split(":").at(-1);
  return name === undefined ? undefined : url.replace(/[^/]+\/?$/, name);
}

function deadLetters(about: string, count: number): readonly Finding[] {
  if (count === 0) return [];
  return [
    {
      severity: "fault",
      check: "dead-letters",
      about,
      says: `${count} dead letters, which are lost 14 days after they were sent`,
      todo: "look why with countersign redrive --dry-run, mend it, and move them back: docs/runbook.md#dead-letters",
    },
  ];
}

function spilled(about: string, count: number): readonly Finding[] {
  if (count === 0) return [];
  return [
    {
      severity: "risk",
      check: "backlog",
      about,
      says: `${count} messages wait that storage did not take`,
      todo: "see that something reads the spill queue and that storage takes what it gives: docs/runbook.md#spill-old",
    },
  ];
}

function backlog(about: string, count: number): readonly Finding[] {
  if (count <= BACKLOG_MESSAGES) return [];
  return [
    {
      severity: "risk",
      check: "backlog",
      about,
      says: `${count} messages wait`,
      todo: "see that something reads the queue, and how fast storage takes what it gives: docs/runbook.md#old-messages",
    },
  ];
}
