import { expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { warmUp } from "../../lib/judge/warm-up.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";
import { captureKeys } from "../support/fixtures.ts";

it("the warm-up shows the judge every kind of refusal, proves nothing by any key, and is over soon", () => {
  const keys = captureKeys();
  const judge = createJudge({ keys, dialects: ["py3", "kilo", "icehouse"], extraFields: [] });
  const reasons = new Set<string>();
  const receipts = new Set<Receipt>();
  const started = performance.now();
  warmUp({
    ...judge,
    bytes(bytes, receipt) {
      const results = judge.bytes(bytes, receipt);
      for (const result of results) reasons.add(result.ok ? "accepted" : result.reason);
      receipts.add(receipt);
      return results;
    },
  });
  expect(performance.now() - started).toBeLessThan(2_000);
  expect([...reasons].sort()).toEqual(expect.arrayContaining(["bad-signature", "undecodable"]));
  expect(reasons).not.toContain("accepted");
  expect([...keys.uses()]).toEqual([]);
  expect(receipts.size).toBe(1);
});
