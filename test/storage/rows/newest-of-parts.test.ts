import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sample } from "../../../lib/sample/sample.ts";
import { byIdentity } from "../../../lib/storage/rows/newest-first.ts";
import { type LogPart, newestOfParts } from "../../../lib/storage/rows/newest-of-parts.ts";
import { aSample } from "../../support/sample-builder.ts";
import { allOf } from "../reading.ts";

const base = aSample({ message_id: "m" });

function sampleAt(micros: number, fields: Partial<Sample> = {}): Sample {
  return { ...base, time: `2022-09-30T12:00:00.${String(micros).padStart(6, "0")}Z`, ...fields };
}

/** A log of these parts, which notes how often it begins to read which. */
function logOf(parts: readonly (readonly Sample[])[]) {
  const readings = parts.map(() => 0);
  const log = parts.map((samples, index): LogPart => {
    const times = samples.map(({ time }) => time).sort();
    return {
      oldest: times[0] ?? "",
      newest: times.at(-1) ?? "",
      async *read() {
        readings[index] = (readings[index] ?? 0) + 1;
        yield* samples;
      },
    };
  });
  return { log, readings };
}

const FIVE = Array.from({ length: 5 }, (_, index) => index);
const TWENTY = Array.from({ length: 20 }, (_, index) => index);

describe("a log that is read in parts", () => {
  it("has the same identities and contents, in the same order, as one that is held whole", async () => {
    const written = fc.record({
      time: fc.nat(8),
      message_id: fc.constantFrom("a", "b"),
      // Of what is the same but for this, the last one written is to be seen.
      message_signature: fc.nat(1_000).map(String),
      counter_volume: fc.bigInt(0n, 1n),
    });
    const parts = fc.array(fc.array(written, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 12 }), async (all, most) => {
        const samples = all.map((part) => part.map(({ time, ...fields }) => sampleAt(time, fields)));
        expect(await allOf(newestOfParts(logOf(samples).log, most))).toEqual(byIdentity(samples.flat()));
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, (part: number) => readonly Sample[], number]>([
    ["follow each other in time", (part) => FIVE.map((at) => sampleAt(part * 5 + at)), 10],
    ["overlap their neighbours", (part) => FIVE.map((at) => sampleAt(part * 3 + at, { message_id: `${part}` })), 20],
    ["each have a late sample", (part) => [0, 1, 2].map((at) => sampleAt(at < 2 ? 100 + part * 2 + at : part)), 30],
  ])("is read once, where its parts %s", async (_how, part, most) => {
    const samples = TWENTY.map(part);
    const { log, readings } = logOf(samples);
    expect(await allOf(newestOfParts(log, most))).toEqual(byIdentity(samples.flat()));
    expect(readings).toEqual(TWENTY.map(() => 1));
  });

  it("gives what is newer than all parts that are unread before it reads them", async () => {
    const { log, readings } = logOf(TWENTY.map((part) => FIVE.map((at) => sampleAt(part * 5 + at))));
    const [first] = await allOf(firstOf(newestOfParts(log, 10)));
    expect(first).toEqual([sampleAt(99)]);
    expect(readings).toEqual(TWENTY.map((part) => (part === 19 ? 1 : 0)));
  });

  it("is read no more than once for each half of what may be held, where its parts are all of one time", async () => {
    const samples = TWENTY.map((part) => FIVE.map((at) => sampleAt(part + at * 20)));
    const { log, readings } = logOf(samples);
    expect(await allOf(newestOfParts(log, 20))).toEqual(byIdentity(samples.flat()));
    expect(Math.max(...readings)).toBeLessThanOrEqual(10);
  });
});

async function* firstOf<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) {
    yield item;
    return;
  }
}
