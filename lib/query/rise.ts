import { compareDecimals, type Decimal, isNegative, subtract, ZERO } from "./decimal.ts";
import type { UsageRules } from "./rules.ts";
import type { Interval } from "./stretch.ts";

/** After a longer silence the later sample is a new baseline. */
export function isSilence(rules: UsageRules, { begin, end }: Pick<Interval, "begin" | "end">): boolean {
  return end !== undefined && end.time - begin.time > rules.window;
}

export interface Rise {
  readonly kind: "rise" | "disorder" | "reset";
  readonly amount: Decimal;
}

/** The rise of a counter between two readings. */
export function riseBetween(rules: UsageRules, from: Decimal, to: Decimal): Rise {
  const isReset = compareDecimals(percent(to, 100n), percent(from, rules.disorderPercent)) < 0;
  if (isReset) return { kind: "reset", amount: isNegative(to) ? ZERO : to };
  const amount = subtract(to, from);
  return { kind: isNegative(amount) ? "disorder" : "rise", amount };
}

function percent({ digits, scale }: Decimal, many: bigint): Decimal {
  return { digits: digits * many, scale };
}
