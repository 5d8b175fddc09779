import { add, type Decimal, ZERO } from "./decimal.ts";
import type { Instant } from "./instant.ts";
import type { RowLimit } from "./row-limit.ts";

/** The figures of one row of usage. */
export interface Totals {
  /** A counter's in its unit, a gauge's in unit·microseconds. */
  amount: Decimal;
  samples: number;
  resets: number;
  disorder: number;
  conflicts: number;
  /** In series·microseconds, which many series together have more of than a float can tell. */
  covered: bigint;
  gap: bigint;
  first: Instant | undefined;
  last: Instant | undefined;
  readonly resources: Set<string>;
}

/** By group, and then by period. */
export type Sums = Map<string, (Totals | undefined)[]>;

/** Those of one group and period, which now has a row. @throws TooManyRows for one more than there may be */
export function totalsAt(sums: Sums, group: string, period: number, resource: string, limit?: RowLimit): Totals {
  const periods = sums.get(group) ?? [];
  if (periods.length === 0) sums.set(group, periods);
  let totals = periods[period];
  if (totals === undefined) {
    limit?.take();
    totals = noTotals();
    periods[period] = totals;
  }
  totals.resources.add(resource);
  return totals;
}

/** Sums of stretches that touch nowhere, or whose intervals between them are added for themselves. */
export function addedSums(a: Sums, b: Sums): Sums {
  const sums: Sums = new Map();
  for (const [group, periods] of [...a, ...b]) {
    const own = sums.get(group) ?? [];
    sums.set(group, own);
    periods.forEach((totals, period) => {
      if (totals !== undefined) own[period] = addedTotals(own[period] ?? noTotals(), totals);
    });
  }
  return sums;
}

function noTotals(): Totals {
  return {
    amount: ZERO,
    samples: 0,
    resets: 0,
    disorder: 0,
    conflicts: 0,
    covered: 0n,
    gap: 0n,
    first: undefined,
    last: undefined,
    resources: new Set(),
  };
}

function addedTotals(a: Totals, b: Totals): Totals {
  return {
    amount: add(a.amount, b.amount),
    samples: a.samples + b.samples,
    resets: a.resets + b.resets,
    disorder: a.disorder + b.disorder,
    conflicts: a.conflicts + b.conflicts,
    covered: a.covered + b.covered,
    gap: a.gap + b.gap,
    first: extreme(Math.min, a.first, b.first),
    last: extreme(Math.max, a.last, b.last),
    resources: new Set([...a.resources, ...b.resources]),
  };
}

function extreme(
  choose: (a: Instant, b: Instant) => Instant,
  a: Instant | undefined,
  b: Instant | undefined,
): Instant | undefined {
  return a === undefined || b === undefined ? (a ?? b) : choose(a, b);
}
