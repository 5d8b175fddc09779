import type { Outcome } from "../../ledger/outcome.ts";
import type { Quarantine } from "../../quarantine/quarantine.ts";
import type { Arrived } from "../../sample/arrived.ts";

/** Writes at a time; each takes some tens of milliseconds. */
const AT_A_TIME = 16;

/** A message and what became of its samples. */
export interface Handled {
  readonly arrived: Arrived;
  readonly outcome: Outcome;
}

/**
 * Keeps every message with something rejected in it. One that can't be kept has failed, so that its queue keeps it:
 * a rejected message is only forgotten once somebody can look at it.
 *
 * @returns the outcomes, in order
 */
export async function quarantineRejected(
  handled: readonly Handled[],
  quarantine: Quarantine,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let first = 0; first < handled.length; first += AT_A_TIME) {
    outcomes.push(...(await Promise.all(handled.slice(first, first + AT_A_TIME).map((one) => keep(one, quarantine)))));
  }
  return outcomes;
}

async function keep({ arrived, outcome }: Handled, quarantine: Quarantine): Promise<Outcome> {
  // A failed message comes back, and is looked at then.
  if (outcome.kind === "failed" || outcome.rejected.length === 0) return outcome;
  const { rejected } = outcome;
  const kept = await quarantine.keep({ arrived, rejected });
  if (kept.ok) return outcome;
  const none = { samples: 0, duplicates: 0, conflicting: 0 };
  const { samples, duplicates, conflicting } = outcome.kind === "recorded" ? outcome : none;
  const cause = new Error("the quarantine did not take a rejected message", { cause: kept.cause });
  return { kind: "failed", cause, samples, duplicates, conflicting, failed: rejected.length, rejected: [] };
}
