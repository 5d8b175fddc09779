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

/** Turns the dispatcher's outcomes into what SQS understands. */
export function createQueueHandler(dispatcher: Dispatcher, logger: Logger): QueueHandler {
  return async (event, context) => {
    const outcomes = await dispatchUntil(
      dispatcher,
      event.Records,
      context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS,
    );
    logOutcomes(logger, event.Records, outcomes);
    // Failed and rejected part here. Lambda deletes every message that is not named in the answer, and makes
    // those that are named visible again: that is right for `failed`, which a later try may store, and which
    // ends in the dead-letter queue after its last one. A `rejected` message can never succeed; named here it
    // would come back as often as the queue allows, and keep its neighbours waiting each time.
    const failed = event.Records.filter((_record, index) => (outcomes[index]?.kind ?? "failed") === "failed");
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: record.messageId })) };
  };
}

/** @returns outcomes by position; a hole where time ran out, whatever storage may still have done. */
async function dispatchUntil(
  dispatcher: Dispatcher,
  records: readonly SQSRecord[],
  milliseconds: number,
): Promise<readonly (Outcome | undefined)[]> {
  const outcomes: (Outcome | undefined)[] = records.map(() => undefined);
  let late = false;
  const work = async () => {
    for (let first = 0; first < records.length && !late; first += MESSAGES_A_CALL) {
      const bodies = records.slice(first, first + MESSAGES_A_CALL).map((record) => record.body);
      const some = await dispatcher.dispatch(bodies.map((body) => decodeEnvelope(body)));
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

/** One line an invocation, and one for each reason: never one a sample, which an outsider could flood. */
function logOutcomes(logger: Logger, records: readonly SQSRecord[], outcomes: readonly (Outcome | undefined)[]): void {
  const rejected = outcomes.flatMap((outcome) =>
    outcome === undefined || outcome.kind === "failed" ? [] : outcome.rejected,
  );
  for (const reason of rejectionReasons) {
    const same = rejected.filter((rejection) => rejection.reason === reason);
    if (same[0] !== undefined) logger.warn("samples rejected", { reason, count: same.length, first: same[0].detail });
  }
  const failed = outcomes.filter((outcome) => outcome?.kind === "failed");
  const unfinished = outcomes.filter((outcome) => outcome === undefined).length;
  if (failed[0]?.kind === "failed")
    logger.warn("messages failed, to be tried again", { count: failed.length, cause: failed[0].cause });
  if (unfinished > 0) logger.warn("time ran out, messages to be tried again", { count: unfinished });
  const samples = outcomes.reduce((sum, outcome) => sum + (outcome?.kind === "recorded" ? outcome.samples : 0), 0);
  logger.info("messages handled", {
    received: records.length,
    recorded: outcomes.filter((outcome) => outcome?.kind === "recorded").length,
    rejected: outcomes.filter((outcome) => outcome?.kind === "rejected").length,
    failed: failed.length + unfinished,
    samples,
  });
}
