import { expect, it } from "vitest";
import { endOf } from "../../lib/ledger/outcome.ts";

it.each([
  [0, 0, "recorded"],
  [3, 0, "recorded"],
  [1, 2, "partial"],
  [0, 1, "rejected"],
] as const)("a message with %i samples kept and %i rejected is %s", (kept, rejected, end) => {
  expect(endOf(kept, rejected)).toBe(end);
});
