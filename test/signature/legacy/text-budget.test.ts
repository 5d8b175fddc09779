import { describe, expect, it } from "vitest";
import { dialects } from "../../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../../lib/sample/value.ts";
import { canonicalText, MAX_CANONICAL_TEXT } from "../../../lib/signature/legacy/canonical-text.ts";
import { TextBudget } from "../../../lib/signature/legacy/text-budget.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { type Random, seededRandom } from "../../support/random.ts";

const SEED = 20_261_126;

describe(`the budget of one message, seed ${SEED}`, () => {
  it("has room for whatever text its bytes can stand for, up to the longest that may be signed", () => {
    const random = seededRandom(SEED);
    let most = 0;
    for (let time = 0; time < 400; time++) {
      const message = longNamed(random);
      const { length } = encodeMsgpack(message);
      const limit = new TextBudget(length).limitOf(length);
      for (const dialect of dialects) {
        const canonical = canonicalText(message, dialect, MAX_CANONICAL_TEXT);
        if (canonical.kind !== "text") continue;
        most = Math.max(most, canonical.text.length / length);
        if (canonical.text.length > limit) {
          expect.fail(`${length} bytes, ${canonical.text.length} characters, ${limit} allowed, at ${time}`);
        }
      }
    }
    // The test knows messages of the dearest shape.
    expect(most).toBeGreaterThan(350);
  });
});

/** Half of the bytes are names, the other half entries of a few bytes behind them: the dearest shape that there is. */
function longNamed(random: Random): ValueMap {
  const bytes = 200 + random.integer(6_000);
  const levels = 1 + random.integer(random.chance(0.5) ? 3 : 120);
  const leaf = random.pick<Value>([false, 1n, "", null, -1]);
  const entries = Math.min(2_048, Math.floor(bytes / random.pick([6, 7, 8, 10])));
  let value: Value = new Map(Array.from({ length: entries }, (_, index) => [String.fromCharCode(index), leaf]));
  const name = "n".repeat(Math.max(1, Math.floor(bytes / 2 / levels)));
  for (let level = 0; level < levels; level++) value = new Map([[name, value]]);
  return new Map<string, Value>([
    ["resource_metadata", value],
    ["message_signature", "0".repeat(64)],
  ]);
}
