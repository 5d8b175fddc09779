import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fingerprints } from "../../../../lib/storage/dynamodb/written/fingerprints.ts";
import { WrittenKeys } from "../../../../lib/storage/dynamodb/written/written-keys.ts";

const fingerprints = new Fingerprints();
const of = (partition: string, sort = "") => fingerprints.of({ pk: { S: partition }, sk: { S: sort } });

describe("the fingerprint of a key", () => {
  it("is the same for the same key, and another for every other, whatever its halves share", () => {
    const keys = ["a", "b", "ab", ""].flatMap((pk) => ["a", "b", "ab", ""].map((sk) => [pk, sk] as const));
    const all = keys.map(([pk, sk]) => JSON.stringify(of(pk, sk)));
    expect(new Set(all).size).toBe(keys.length);
    expect(keys.map(([pk, sk]) => JSON.stringify(of(pk, sk)))).toEqual(all);
  });

  it("has 52 bits, of which each is set in some keys, and is another in each process's own memory", () => {
    const all = Array.from({ length: 1_000 }, (_, index) => of(`${index}`));
    const set = all.reduce(({ low, high }, one) => ({ low: (low | one.low) >>> 0, high: high | one.high }));
    expect(set).toEqual({ low: 2 ** 32 - 1, high: 2 ** 20 - 1 });
    expect(new Fingerprints().of({ pk: { S: "0" } })).not.toEqual(of("0"));
  });
});

describe("the keys that were written", () => {
  it("are known until their day, and no others, as a map would know them", () => {
    const steps = fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 19_000, max: 19_400 })), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (all) => {
        const written = new WrittenKeys();
        const days = new Map<number, number>();
        for (const [key, day] of all) {
          expect(written.has(of(`${key}`), day)).toBe((days.get(key) ?? 0) >= day);
          written.add(of(`${key}`), day);
          days.set(key, Math.max(days.get(key) ?? 0, day));
        }
        expect(written.size).toBe(days.size);
      }),
    );
  });

  it("are known for ever where they have no day", () => {
    const written = new WrittenKeys();
    expect(written.has(of("a"))).toBe(false);
    written.add(of("a"));
    expect([written.has(of("a")), written.has(of("b"))]).toEqual([true, false]);
  });

  it("are all known up to half the slots, across each doubling of the table", () => {
    const written = new WrittenKeys({ mostSlots: 131_072 });
    const keys = Array.from({ length: 65_536 }, (_, index) => of("p", `${index}`));
    for (const key of keys) written.add(key);
    expect(keys.filter((key) => !written.has(key))).toEqual([]);
    expect(written.bytes).toBe(1_048_576);
    expect(Array.from({ length: 65_536 }, (_, index) => of("q", `${index}`)).filter((key) => written.has(key))).toEqual(
      [],
    );
  });

  it("are known in proportion beyond that, however often they are written in turn, in the same memory", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const written = new WrittenKeys({ mostSlots: 16_384, random });
    const keys = Array.from({ length: 32_768 }, (_, index) => of("p", `${index}`));
    const known = [1, 2, 3, 4].map(() => {
      let found = 0;
      for (const key of keys) {
        if (written.has(key)) found++;
        else written.add(key);
      }
      return found;
    });
    expect(Math.min(...known.slice(1))).toBeGreaterThan(keys.length / 8);
    expect(written.bytes).toBe(131_072);
  });
});
