import type { StorageDriver, Stored } from "../storage/driver.ts";
import type { Judge } from "./judge.ts";
import type { Rejection, Result } from "./outcome.ts";
import type { MeteringRecord } from "./sample.ts";
import type { Value } from "./value.ts";

/** What became of one message. Every message ends in exactly one of these. */
export type Outcome =
  /** Each of its samples is stored durably, but for those that can never be. */
  | { readonly kind: "recorded"; readonly samples: number; readonly rejected: readonly Rejection[] }
  /** Nothing in it can ever be stored. */
  | { readonly kind: "rejected"; readonly rejected: readonly Rejection[] }
  /** Storage refused at least one of its samples for now: worth another try, which changes nothing already stored. */
  | {
      readonly kind: "failed";
      readonly cause: unknown;
      /** Stored all the same. */
      readonly samples: number;
      /** Refused for now. */
      readonly failed: number;
      readonly rejected: readonly Rejection[];
    };

export interface Dispatcher {
  /**
   * The whole way of some messages: verify, parse, record, all in one call to storage.
   *
   * @param messages as decoded: the values that each message carries, or why it could not be decoded
   * @returns one outcome a message, in order. Never rejects its promise.
   */
  dispatch(messages: readonly Result<readonly Value[]>[]): Promise<readonly Outcome[]>;
}

export function createDispatcher(judge: Judge, storage: StorageDriver): Dispatcher {
  return {
    async dispatch(messages) {
      const judged = messages.map((message) => (message.ok ? message.value.map(judge) : [message]));
      const records = judged.flat().flatMap((result) => (result.ok ? [result.value] : []));
      const stored = (await store(storage, records)).values();
      return judged.map((results) => outcomeOf(results, stored));
    },
  };
}

async function store(storage: StorageDriver, records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
  if (records.length === 0) return [];
  try {
    return await storage.record(records);
  } catch (cause) {
    // A driver's own fault must not cost its caller the samples: they go back to where they came from.
    return records.map(() => ({ kind: "failed", cause }));
  }
}

/** Takes from `stored` the answers that belong to this message's genuine records. */
function outcomeOf(results: readonly Result<MeteringRecord>[], stored: Iterator<Stored>): Outcome {
  const rejected: Rejection[] = [];
  let samples = 0;
  let failed = 0;
  let cause: unknown;
  for (const result of results) {
    if (!result.ok) {
      rejected.push({ reason: result.reason, detail: result.detail });
      continue;
    }
    const answer: Stored = stored.next().value ?? { kind: "failed", cause: new Error("storage did not answer") };
    if (answer.kind === "recorded") samples++;
    else if (answer.kind === "failed") {
      failed++;
      cause = answer.cause;
    } else rejected.push({ reason: "unstorable", detail: answer.detail });
  }
  if (failed > 0) return { kind: "failed", cause, samples, failed, rejected };
  // An empty batch, which publishers do send, is recorded: there was nothing to lose.
  return samples === 0 && rejected.length > 0
    ? { kind: "rejected", rejected }
    : { kind: "recorded", samples, rejected };
}
