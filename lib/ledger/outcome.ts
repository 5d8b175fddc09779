import type { Rejection } from "../sample/rejection.ts";
import type { MetricName } from "./metrics.ts";

/** The fate of one message of the queue. Every message ends in exactly one of these. */
export type Outcome =
  /** Each of its samples is stored durably, but for those that can never be. */
  | {
      readonly kind: "recorded";
      readonly samples: number;
      /** Recorded a moment ago already, so not written again. */
      readonly duplicates: number;
      /** Those of the samples that contradict a content recorded a moment ago; stored beside it. */
      readonly conflicting: number;
      readonly rejected: readonly Rejection[];
    }
  /** Nothing in it can ever be stored. */
  | { readonly kind: "rejected"; readonly rejected: readonly Rejection[] }
  /** At least one of its samples is not where it has to be, for now: worth another try, which changes nothing already stored. */
  | {
      readonly kind: "failed";
      readonly cause: unknown;
      /** Stored all the same. */
      readonly samples: number;
      readonly duplicates: number;
      readonly conflicting: number;
      /** Refused for now. */
      readonly failed: number;
      readonly rejected: readonly Rejection[];
    };

/** How a message counts of which nothing failed. */
export type End = "recorded" | "partial" | "rejected";

export const endFigures = {
  recorded: "MessagesRecorded",
  partial: "MessagesPartial",
  rejected: "MessagesRejected",
} as const satisfies Record<End, MetricName>;

/**
 * The end of a message all of whose samples have come to theirs, wherever it came from.
 *
 * @param kept samples recorded, now or before
 * @param rejected samples that can never be
 */
export function endOf(kept: number, rejected: number): End {
  // An empty batch, which publishers do send, is recorded: there was nothing to lose.
  if (rejected === 0) return "recorded";
  return kept > 0 ? "partial" : "rejected";
}
