import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { generatedSamples } from "../../lib/cli/send/generate.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { decodeSpillBatch } from "../../lib/queue/spill-batch.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import type { Checks } from "../interop/checks.ts";
import type { Account } from "./account.ts";
import type { ContainerImage } from "./image.ts";
import { publish } from "./publish.ts";
import { keyOf } from "./queue-events.ts";
import { metricLines } from "./udp-task.ts";

/** A collector that runs. */
export interface SpillRehearsal {
  readonly checks: Checks;
  readonly account: Account;
  readonly image: ContainerImage;
  /** Its addresses. */
  readonly udp: string;
  readonly health: string;
}

const DATAGRAMS = 20;
/** The collector tries for five seconds before it spills. */
const SPILLED_WITHIN_MS = 20_000;

/** What storage refuses ends in the deployed spill queue, byte for byte as it was sent. */
export async function spillsFromSockets({ checks, account, image, udp, health }: SpillRehearsal): Promise<void> {
  const datagrams = Array.from(generatedSamples(keyOf(account.signingSecret), DATAGRAMS), encodeMsgpack);
  account.dynamodb.leave(() => true);
  try {
    await publish(udp, datagrams);
    const expected = `countersign_samples_spilled_total{listener="udp"} ${DATAGRAMS}`;
    const deadline = performance.now() + SPILLED_WITHIN_MS;
    while (!(await metricLines(health)).includes(expected) && performance.now() < deadline);
  } finally {
    account.dynamodb.leave(() => false);
  }
  const spilled = await spilledBytes(account.localQueue(image.environment.COUNTERSIGN_SPILL_QUEUE ?? ""));
  const missing = datagrams.filter((bytes) => !spilled.includes(bytes.toString("base64")));
  checks.same(
    `each of ${DATAGRAMS} datagrams that storage refuses is in the spill queue`,
    missing.length === 0 ? [] : [`${missing.length} are not, of ${spilled.length} messages there`],
  );
}

/** Takes all that is in the spill queue. @returns the datagrams and frames, in base64, as often as they are there */
export async function spilledBytes(url: string): Promise<readonly string[]> {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  const found: string[] = [];
  try {
    for (;;) {
      const request = { QueueUrl: queue.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
      const { Messages = [] } = await queue.client.send(new ReceiveMessageCommand(request));
      if (Messages.length === 0) return found;
      for (const { Body = "" } of Messages) {
        const batch = decodeSpillBatch(Body);
        if (!batch.ok) throw new Error(batch.detail);
        for (const { rejection } of batch.unreadable) throw new Error(rejection.detail);
        for (const { bytes } of batch.messages) found.push(Buffer.from(bytes).toString("base64"));
      }
    }
  } finally {
    queue.client.destroy();
  }
}
