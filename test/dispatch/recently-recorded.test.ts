import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecentlyRecorded, type NewConflict } from "../../lib/dispatch/recently-recorded.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";

const base = aSample();

function named(message_id: string): Sample {
  return { ...base, message_id };
}

function byKey(record: Sample, keyId = "key") {
  return { record, keyId };
}

describe("what was recorded recently", () => {
  it("is known until so much else has come that it is forgotten", () => {
    const recent = createRecentlyRecorded({ capacity: 4 });
    const all = ["0", "1", "2", "3", "4", "5"].map(named);
    const known = () => all.map(recent.has);
    expect(known()).toEqual([false, false, false, false, false, false]);
    for (const one of all.slice(0, 3)) recent.add(byKey(one));
    expect(known()).toEqual([true, true, true, false, false, false]);
    for (const one of all.slice(3)) recent.add(byKey(one));
    expect(known()).toEqual([false, false, true, true, true, true]);
  });

  it("always holds the newest half of its capacity, and never more than the capacity", () => {
    const all = Array.from({ length: 31 }, (_, number) => named(`${number}`));
    const strangers = Array.from({ length: 40 }, (_, index) => named(`never added ${index}`));
    const added = fc.array(fc.constantFrom(...all), { maxLength: 200 });
    const capacity = fc.integer({ min: 2, max: 20 });
    fc.assert(
      fc.property(added, capacity, (samples, most) => {
        const recent = createRecentlyRecorded({ capacity: most });
        for (const [index, sample] of samples.entries()) {
          recent.add(byKey(sample));
          const newest = samples.slice(Math.max(0, index + 1 - Math.floor(most / 2)), index + 1);
          expect(newest.filter((one) => !recent.has(one))).toEqual([]);
          const known = new Set(samples.slice(0, index + 1).filter(recent.has));
          expect(known.size).toBeLessThanOrEqual(most);
        }
        expect(strangers.filter(recent.has)).toEqual([]);
      }),
    );
  });

  it("is known by its content, whatever signature, dialect or publisher it comes with", () => {
    const recent = createRecentlyRecorded();
    recent.add(byKey(base));
    const copies: readonly Partial<Sample>[] = [
      { message_signature: "0".repeat(64) },
      { message_signature: null, dialect: "v2" },
      { publisher_id: "host-1" },
    ];
    expect(copies.map((copy) => recent.has({ ...base, ...copy }))).toEqual([true, true, true]);
  });

  it("does not silence another content of the same identity, not even under the same signature", () => {
    const recent = createRecentlyRecorded();
    recent.add(byKey(base));
    const others: readonly Partial<Sample>[] = [
      { counter_volume: 1n },
      { project_id: "another" },
      { user_id: null },
      { resource_metadata: null },
    ];
    expect(others.map((other) => recent.has({ ...base, ...other }))).toEqual([false, false, false, false]);
  });
});

describe("a conflict", () => {
  function watching(capacity?: number) {
    const conflicts: NewConflict[] = [];
    const recent = createRecentlyRecorded({
      ...(capacity !== undefined && { capacity }),
      onConflict: (conflict) => conflicts.push(conflict),
    });
    return { conflicts, add: (sample: Sample, keyId?: string) => recent.add(byKey(sample, keyId)) };
  }

  it("is another volume, type, unit, project or user of an identity, told of once a content", () => {
    const { conflicts, add } = watching();
    const others: readonly Partial<Sample>[] = [
      {},
      { counter_volume: 1n },
      { counter_type: "gauge" },
      { counter_unit: "s" },
      { project_id: null },
      { user_id: "another" },
    ];
    const contents = others.map((other) => ({ ...base, ...other }));
    expect(contents.map((one) => add(one))).toEqual([false, true, true, true, true, true]);
    expect([...contents, ...contents].map((one) => add(one))).toEqual(Array(12).fill(false));
    expect(conflicts.map(({ sample }) => sample)).toEqual(contents.slice(1));
  });

  it("is none where nothing that is billed differs", () => {
    const { conflicts, add } = watching();
    const same: readonly Partial<Sample>[] = [
      {},
      { counter_volume: 130_000_000_000 },
      { resource_metadata: null },
      { source: "another" },
      { publisher_id: "host-1" },
      { message_signature: null, dialect: "v2" },
    ];
    expect(same.map((one) => add({ ...base, ...one }))).toEqual(Array(6).fill(false));
    expect(conflicts).toEqual([]);
  });

  it("is none between two identities, or between events", () => {
    const recent = createRecentlyRecorded();
    const others: readonly Partial<Sample>[] = [
      { message_id: "another" },
      { counter_name: "another" },
      { resource_id: "another" },
      { time: "2022-09-30T12:00:00.000000Z" },
    ];
    const samples = [base, ...others.map((other) => ({ ...base, ...other, counter_volume: 1n }))];
    const event = anEvent();
    const records = [...samples, event, { ...event, traits: [] }];
    expect(records.map((record) => recent.add({ record, keyId: "key" }))).toEqual(Array(7).fill(false));
  });

  it("says what was recorded before and now, with the keys, and shortens what a tenant made long", () => {
    const { conflicts, add } = watching();
    add({ ...base, project_id: "victim", user_id: null }, "host-2");
    add({ ...base, counter_volume: 0.5, project_id: "p".repeat(60_000) }, "host-1");
    expect(conflicts).toEqual([
      {
        sample: { ...base, counter_volume: 0.5, project_id: "p".repeat(60_000) },
        before: "130000000000 ns cumulative, project victim, user -, key host-2",
        now: `0.5 ns cumulative, project ${"p".repeat(36)}, user 7c6f0a1d5f0e4d0c9e4a8b1f2d3c4b5a, key host-1`,
      },
    ]);
  });

  it("is never seen where there is none, whatever was forgotten meanwhile", () => {
    const arbitrary = fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 60 });
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 2, max: 8 }), (steps, capacity) => {
        const { add } = watching(capacity);
        const contents = new Map<number, Set<number>>();
        for (const [id, volume] of steps) {
          const own = contents.get(id) ?? new Set();
          contents.set(id, own.add(volume));
          const conflicting = add({ ...base, message_id: `${id}`, counter_volume: BigInt(volume) });
          if (conflicting) expect(own.size).toBeGreaterThan(1);
        }
      }),
    );
  });
});
