import type { Dispatcher } from "../dispatch/dispatcher.ts";
import type { Judge } from "../judge/judge.ts";
import { endOf } from "../ledger/outcome.ts";
import type { Rejection } from "../sample/rejection.ts";
import type { Entry } from "./entry.ts";
import type { QuarantineEntries } from "./quarantine-entries.ts";

/** The fate of an entry. Only a recorded one is removed. */
export type Replayed =
  /** Every sample in it is stored; of a dry run: would be. */
  | {
      readonly kind: "recorded";
      readonly samples: number;
      /** Other readings that samples in it allow. */
      readonly marks: readonly string[];
    }
  /** Some samples are stored, some still can't be. */
  | { readonly kind: "partial"; readonly samples: number; readonly rejected: readonly Rejection[] }
  | { readonly kind: "rejected"; readonly rejected: readonly Rejection[] }
  /** Storage, or the quarantine while it was removed, did not answer well: worth another try. */
  | { readonly kind: "failed"; readonly cause: unknown }
  /** Not whole, so nothing could ever prove it genuine. */
  | { readonly kind: "truncated" };

export const replayOutcomes = [
  "recorded",
  "partial",
  "rejected",
  "failed",
  "truncated",
] as const satisfies readonly Replayed["kind"][];

export interface ReplayOptions {
  readonly judge: Judge;
  /** Undefined for a dry run, which stores and removes nothing. */
  readonly into:
    | { readonly dispatcher: Dispatcher; readonly quarantine: Pick<QuarantineEntries, "remove"> }
    | undefined;
}

/**
 * Judges an entry anew as of its first receipt, records what is genuine now, and removes it once all of it is recorded.
 * In this order: an interruption leaves an entry that can be replayed again, which changes nothing already stored.
 */
export async function replay({ arrived, truncated, id }: Entry, { judge, into }: ReplayOptions): Promise<Replayed> {
  if (truncated) return { kind: "truncated" };
  const { receipt } = arrived;
  const judged =
    arrived.form === "bytes"
      ? judge.bytes(arrived.bytes, receipt)
      : judge.text(arrived.text, arrived.attributes, receipt);
  const marks = judged.flatMap((result) => (result.ok && result.value.mark !== undefined ? [result.value.mark] : []));
  if (into === undefined) {
    const rejected = judged.flatMap((result) => (result.ok ? [] : [{ reason: result.reason, detail: result.detail }]));
    return replayed(judged.length - rejected.length, rejected, marks);
  }
  const [outcome] = await into.dispatcher.dispatch([judged]);
  if (outcome === undefined) throw new TypeError("a dispatcher gives one outcome a message");
  if (outcome.kind === "failed") return { kind: "failed", cause: outcome.cause };
  const answer = replayed(
    outcome.kind === "recorded" ? outcome.samples + outcome.duplicates : 0,
    outcome.rejected,
    marks,
  );
  if (answer.kind !== "recorded") return answer;
  const removed = await into.quarantine.remove(id);
  return removed.ok ? answer : { kind: "failed", cause: removed.cause };
}

function replayed(samples: number, rejected: readonly Rejection[], marks: readonly string[]): Replayed {
  const kind = endOf(samples, rejected.length);
  if (kind === "recorded") return { kind, samples, marks };
  return kind === "rejected" ? { kind, rejected } : { kind, samples, rejected };
}
