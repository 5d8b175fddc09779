import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { isWorthRetrying } from "../aws/service-error.ts";
import { errorMessage } from "../log/error-message.ts";
import type { Queue } from "./queue-client.ts";

/** The use of a queue for us, by its attributes. */
export type QueueCheck =
  | { readonly kind: "good"; readonly warning?: string }
  /** It does not pass by itself. */
  | { readonly kind: "wrong"; readonly problem: string }
  /** Nobody answered who knows. */
  | { readonly kind: "unknown"; readonly problem: string };

export interface QueueNeeds {
  /** Bytes of the messages that are sent to it; 0 where we only take. */
  readonly leastBytes: number;
  /** Up to so many it is better. */
  readonly bestBytes: number;
}

/** SQS's names for a queue that is not there. */
const ABSENT = /NonExistentQueue$|^QueueDoesNotExist$/;
/**
 * About who asks, the queue's key and its limits. None passes by itself, but others put it right while we run, and it says
 * nothing against the queue: here alone it counts with what is worth retrying.
 */
const FOR_OTHERS =
  /^(?:AccessDenied|InvalidClientTokenId|UnrecognizedClient|InvalidSecurity|MissingAuth|SignatureDoesNotMatch|IncompleteSignature|KMS|Kms|OverLimit)/;

/** Looks whether a queue is there, is a standard one, and takes what we send. Never throws. */
export async function checkQueue({ client, url }: Queue, needs: QueueNeeds): Promise<QueueCheck> {
  if (url.endsWith(".fifo")) return wrong(FIFO);
  try {
    // By name, the attribute of FIFO queues is refused for all others.
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }));
    if (Attributes?.QueueArn === undefined)
      return {
        kind: "unknown",
        problem: "the answer is not SQS's: is this the URL of a queue, and no proxy in between?",
      };
    return Attributes.FifoQueue === "true" ? wrong(FIFO) : checkSize(Number(Attributes.MaximumMessageSize), needs);
  } catch (error) {
    return checkError(error);
  }
}

const FIFO =
  "is a FIFO queue, which takes no message without a group and holds all behind one that fails: give a standard queue";

function checkSize(size: number, { leastBytes, bestBytes }: QueueNeeds): QueueCheck {
  if (size < leastBytes) {
    return wrong(
      `takes messages of ${size} bytes at most: set its MaximumMessageSize to ${bestBytes}, or at least ${leastBytes}`,
    );
  }
  if (size >= bestBytes || leastBytes === 0 || Number.isNaN(size)) return { kind: "good" };
  const warning = `takes messages of ${size} bytes at most, so that the largest frames can't be spilled: set its MaximumMessageSize to ${bestBytes}`;
  return { kind: "good", warning };
}

function checkError(error: unknown): QueueCheck {
  const problem = errorMessage(error);
  if (!(error instanceof Error) || isWorthRetrying(error) || FOR_OTHERS.test(error.name)) {
    return { kind: "unknown", problem };
  }
  if (ABSENT.test(error.name)) return wrong("does not exist: check its name, account and region");
  return isAnswer(error) ? wrong(`can't be used: ${problem}`) : { kind: "unknown", problem };
}

/** SQS itself has said no. */
function isAnswer(error: Error): boolean {
  return "$fault" in error && error.$fault === "client" && error.name !== "Unknown" && error.name !== "UnknownError";
}

function wrong(problem: string): QueueCheck {
  return { kind: "wrong", problem };
}
