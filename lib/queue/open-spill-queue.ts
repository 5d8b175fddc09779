import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { type CallLimits, callLimits } from "../aws/client-options.ts";
import type { SpilledMessage, SpillQueue } from "../dispatch/spill-queue.ts";
import { Unspillable } from "../dispatch/unspillable.ts";
import { shownUrl } from "../log/shown-url.ts";
import type { QueueNeeds } from "./check-queue.ts";
import { openQueue, type Queue } from "./queue-client.ts";
import { queuePlace } from "./queue-place.ts";
import { encodeSpillBatch, spillLimits } from "./spill-batch.ts";

export type OpenedSpillQueue =
  | { readonly ok: true; readonly queue: SpillQueue }
  | { readonly ok: false; readonly problem: string };

/** SQS bills by 64 KiB, so larger bodies cost no less, and not every server that speaks its protocol takes more. */
const BODY_BYTES = 262_144;
/** Their base64 makes such a body, if 128 bytes are reckoned for each receipt. */
const MAX_BYTES = 196_000;

/** The message size that a queue has to take to be a spill queue, and the one that lets the largest frames in. */
export const spillNeeds: QueueNeeds = { leastBytes: BODY_BYTES, bestBytes: spillLimits.bodyBytes };

/** Names of the error for a message that is too large for the queue; for a wrong queue as well, which can be put right. */
const TOO_LARGE = /(?:InvalidParameterValue|MessageTooLong)$/;

/** A collector can't tell messages that come back from such a queue from what others send, and so would reject them. */
const UNKNOWN_PLACE =
  "does not say which queue of AWS it is, or that it is on this machine: give the spill queue as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, by another name that AWS gives SQS, or as http://127.0.0.1:PORT/ACCOUNT/NAME";

/** Opens the spill queue of a URL, without a call to it. */
export function openSpillQueue(url: string, limits: CallLimits = callLimits.spillQueue): OpenedSpillQueue {
  const queue = openQueue(url, limits);
  if ("problem" in queue) return { ok: false, problem: queue.problem };
  if (queuePlace(url) === undefined) {
    queue.client.destroy();
    return { ok: false, problem: `${shownUrl(url)} ${UNKNOWN_PLACE}` };
  }
  return {
    ok: true,
    queue: {
      maxBytes: MAX_BYTES,
      async send(messages) {
        try {
          await sendBatch(queue, messages);
          return { ok: true };
        } catch (cause) {
          return { ok: false, cause };
        }
      },
      async close() {
        queue.client.destroy();
      },
    },
  };
}

async function sendBatch({ client, url }: Queue, messages: readonly SpilledMessage[]): Promise<void> {
  const body = encodeSpillBatch(messages);
  const large = `${messages.length} messages in ${body.length} characters are more than the queue takes`;
  if (body.length > spillLimits.bodyBytes || messages.length > spillLimits.messages) throw new Unspillable(large);
  try {
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
  } catch (error) {
    if (body.length <= BODY_BYTES || !(error instanceof Error && TOO_LARGE.test(error.name))) throw error;
    throw new Unspillable(large, { cause: error });
  }
}
