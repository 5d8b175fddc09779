import { printable } from "../../log/printable.ts";
import { type Replayed, replayOutcomes } from "../../quarantine/replay.ts";
import type { RejectionReason } from "../../sample/rejection.ts";

/** How many messages ended how, and why some remain. */
export interface ReplaySummary {
  add(replayed: Replayed): void;
  /** Whether a message is still in quarantine, or of a dry run: would be. */
  remain(): boolean;
  lines(dryRun: boolean): readonly string[];
}

export function createReplaySummary(): ReplaySummary {
  const outcomes = new Map<Replayed["kind"], number>(replayOutcomes.map((kind) => [kind, 0]));
  const reasons = new Map<RejectionReason, number>();
  let samples = 0;

  return {
    add(replayed) {
      outcomes.set(replayed.kind, (outcomes.get(replayed.kind) ?? 0) + 1);
      if ("samples" in replayed) samples += replayed.samples;
      // A message counts once for each reason, however many of its samples have it.
      const named = "rejected" in replayed ? replayed.rejected.map(({ reason }) => reason) : [];
      for (const reason of new Set(named)) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    },

    remain: () => replayOutcomes.some((kind) => kind !== "recorded" && outcomes.get(kind) !== 0),

    lines(dryRun) {
      const counted = replayOutcomes.map((kind) => `${kind} ${outcomes.get(kind)}`).join(", ");
      const why = Array.from(reasons, ([reason, count]) => `  ${reason} ${count}`).sort();
      return [`${dryRun ? "would be: " : ""}messages: ${counted}; samples recorded: ${samples}`, ...why];
    },
  };
}

/** The fate of one message, as a line. */
export function replayLine(id: string, replayed: Replayed, dryRun: boolean): string {
  const would = dryRun ? "would be " : "";
  switch (replayed.kind) {
    case "recorded":
      return `${id}  ${would}recorded: ${counted(replayed.samples)}${marked(replayed.marks)}`;
    case "partial":
      return `${id}  ${would}partial: ${counted(replayed.samples)} recorded; ${why(replayed)}`;
    case "rejected":
      return `${id}  ${would}rejected: ${why(replayed)}`;
    case "failed":
      return `${id}  failed: ${printable(String(replayed.cause))}`;
    case "truncated":
      return `${id}  truncated: it is not whole, so it can't be proved genuine`;
  }
}

function why({ rejected: [first, ...others] }: Extract<Replayed, { rejected: unknown }>): string {
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return first === undefined ? "" : `${first.reason}: ${printable(first.detail)}${more}`;
}

function marked([first, ...others]: readonly string[]): string {
  if (first === undefined) return "";
  return `, with a mark: ${printable(first)}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;
}

function counted(samples: number): string {
  return samples === 1 ? "1 sample" : `${samples} samples`;
}
