import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { decodeEnvelope } from "../collector/decode/envelope.ts";
import type { Dispatcher, Outcome } from "../collector/dispatcher.ts";
import type { Logger } from "../collector/logger.ts";
import { rejectionReasons } from "../collector/outcome.ts";

/** What the handler needs of Lambda's context. */
export interface Deadline {
  getRemainingTimeInMillis(): number;
}

export type QueueHandler = (event: SQSEvent, context: Deadline) => Promise<SQSBatchResponse>;

/** Time kept back to answer in: an invocation that runs out of time counts as failed whole, stored or not. */
const ANSWER_MARGIN_MS = 1_000;

/** Messages that go to storage in one call: enough to fill its batches, few enough to finish one after another. */
const MESSAGES_A_CALL = 100;

/** Why messages failed whose fate is not known: storage may have taken their samples, or may do so yet. */
const OUT_OF_TIME = new Error("the invocation's time ran out");

/**
 * Turns the dispatcher's outcomes into what SQS understands.
 *
 * @param count told the outcome of every message, once an invocation
 */
export function createQueueHandler(
  dispatcher: Dispatcher,
  logger: Logger,
  count: (outcomes: readonly Outcome[]) => void = () => {},
): QueueHandler {
  return async (event, context) => {
    const outcomes = await dispatchUntil(
      dispatcher,
      event.Records,
      context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS,
    );
    logOutcomes(logger, outcomes);
    count(outcomes);
    // Failed and rejected part here. Lambda deletes every message that is not named in the answer, and makes
    // those that are named visible again: that is right for `failed`, which a later try may store, and which
    // ends in the dead-letter queue after its last one. A `rejected` message can never succeed; named here it
    // would come back as often as the queue allows, and keep its neighbours waiting each time.
    const failed = event.Records.filter((_record, index) => outcomes[index]?.kind === "failed");
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
  };
}

/** @returns outcomes by position; those that time ran out on are failed. */
async function dispatchUntil(
  dispatcher: Dispatcher,
  records: readonly SQSRecord[],
  milliseconds: number,
): Promise<readonly Outcome[]> {
  const outcomes = records.map(() => outOfTime(0));
  let late = false;
  const work = async () => {
    for (let first = 0; first < records.length && !late; first += MESSAGES_A_CALL) {
      const decoded = records.slice(first, first + MESSAGES_A_CALL).map((record) => decodeEnvelope(record.body));
      for (const [index, message] of decoded.entries())
        outcomes[first + index] = outOfTime(message.ok ? message.value.length : 1);
      const some = await dispatcher.dispatch(decoded);
      for (const [index, outcome] of some.entries()) if (!late) outcomes[first + index] = outcome;
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, milliseconds));
  });
  await Promise.race([work(), deadline]);
  late = true;
  clearTimeout(timer);
  return outcomes;
}

function outOfTime(samples: number): Outcome {
  return { kind: "failed", cause: OUT_OF_TIME, samples: 0, failed: samples, rejected: [] };
}

/** One line an invocation, and one for each reason: never one a sample, which an outsider could flood. */
function logOutcomes(logger: Logger, outcomes: readonly Outcome[]): void {
  const rejected = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [] : outcome.rejected));
  for (const reason of rejectionReasons) {
    const same = rejected.filter((rejection) => rejection.reason === reason);
    if (same[0] !== undefined) logger.warn("samples rejected", { reason, count: same.length, first: same[0].detail });
  }
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome] : []));
  const refused = failed.filter(({ cause }) => cause !== OUT_OF_TIME);
  if (refused[0] !== undefined)
    logger.warn("messages failed, to be tried again", { count: refused.length, cause: refused[0].cause });
  const unfinished = failed.length - refused.length;
  if (unfinished > 0) logger.warn("time ran out, messages to be tried again", { count: unfinished });
  logger.info("messages handled", {
    received: outcomes.length,
    recorded: outcomes.filter((outcome) => outcome.kind === "recorded").length,
    rejected: outcomes.filter((outcome) => outcome.kind === "rejected").length,
    failed: failed.length,
    samples: outcomes.reduce((sum, outcome) => sum + (outcome.kind === "recorded" ? outcome.samples : 0), 0),
  });
}
