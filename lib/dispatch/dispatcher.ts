import { endOf, type Outcome } from "../ledger/outcome.ts";
import type { Genuine } from "../sample/genuine.ts";
import type { Rejection, Result } from "../sample/rejection.ts";
import type { MeteringRecord } from "../sample/sample.ts";
import type { Stored } from "../storage/driver.ts";
import type { RecentlyRecorded } from "./recently-recorded.ts";
import type { RecordingDriver } from "./watched-storage.ts";

export interface Dispatcher {
  /**
   * Records the genuine samples of some messages, all in one call to storage.
   *
   * @param messages as judged: an answer for each sample of each message
   * @returns one outcome per message, in order. Never rejects its promise.
   */
  dispatch(messages: readonly (readonly Result<Genuine>[])[]): Promise<readonly Outcome[]>;
}

export function createDispatcher(storage: RecordingDriver, recent: RecentlyRecorded): Dispatcher {
  return {
    async dispatch(messages) {
      const genuine = messages.flat().flatMap((result) => (result.ok ? [result.value] : []));
      const fresh = genuine.filter(({ record }) => !recent.has(record));
      const stored = await store(
        storage,
        fresh.map(({ record }) => record),
      );
      const answers = new Map(fresh.map((one, index) => [one, answered(one, stored[index] ?? NO_ANSWER, recent)]));
      return messages.map((results) => outcomeOf(results, answers));
    },
  };
}

const NO_ANSWER: Stored = { kind: "failed", cause: new Error("storage did not answer") };

async function store(storage: RecordingDriver, records: readonly MeteringRecord[]): Promise<readonly Stored[]> {
  if (records.length === 0) return [];
  try {
    return await storage.record(records);
  } catch (cause) {
    // A driver's own fault must not cost its caller the samples: they go back to where they came from.
    return records.map(() => ({ kind: "failed", cause }));
  }
}

/** Storage's answer, and whether what it took is in conflict. */
interface Answered {
  readonly stored: Stored;
  readonly conflicting: boolean;
}

function answered(one: Genuine, stored: Stored, recent: RecentlyRecorded): Answered {
  return { stored, conflicting: stored.kind === "recorded" && recent.add(one) };
}

/** @param answers storage's, for what it was given; what it was not given is a duplicate */
function outcomeOf(results: readonly Result<Genuine>[], answers: ReadonlyMap<Genuine, Answered>): Outcome {
  const rejected: Rejection[] = [];
  let [samples, duplicates, conflicting, failed] = [0, 0, 0, 0];
  let cause: unknown;
  for (const result of results) {
    if (!result.ok) {
      rejected.push({ reason: result.reason, detail: result.detail });
      continue;
    }
    const answer = answers.get(result.value);
    if (answer?.conflicting) conflicting++;
    const stored = answer?.stored;
    if (stored === undefined) duplicates++;
    else if (stored.kind === "recorded") samples++;
    else if (stored.kind === "failed") {
      failed++;
      cause = stored.cause;
    } else rejected.push({ reason: "unstorable", detail: stored.detail });
  }
  if (failed > 0) return { kind: "failed", cause, samples, duplicates, conflicting, failed, rejected };
  return endOf(samples + duplicates, rejected.length) === "rejected"
    ? { kind: "rejected", rejected }
    : { kind: "recorded", samples, duplicates, conflicting, rejected };
}
