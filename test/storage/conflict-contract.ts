import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { billedTo } from "../../lib/sample/billed.ts";
import { contentDigest } from "../../lib/sample/content.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { counts, type SampleFilter, type StorageDriver, type StoredSample } from "../../lib/storage/driver.ts";
import { settlementFor } from "../../lib/storage/settlement.ts";
import { anEvent, aSample, signedAgain } from "../support/sample-builder.ts";
import type { OpenedStorage } from "./contract.ts";
import { allOf, recorded } from "./reading.ts";

const identity = {
  message_id: "a#b",
  time: "2022-09-30T12:00:00.000000Z",
  resource_id: "host-2",
  counter_name: "disk",
};

/** The victim's sample, and what whoever holds another key makes of its four identity fields. */
const genuine = aSample({ ...identity, project_id: "victim", counter_volume: 1_000_000_000n });
const forged = aSample({ ...identity, project_id: "other", counter_volume: 1n });
const lowered = aSample({ ...identity, project_id: "victim", counter_volume: 1n });
const decision = { reason: "host-1 has no disks", by: "ann", at: "2022-10-01T08:00:00.000000Z" };

/** What every storage promises of two contents of one identity. */
export function describeConflictContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`${name}, as every storage, with two contents of one identity,`, () => {
    let storage: OpenedStorage;
    let driver: StorageDriver;

    beforeEach(async () => {
      storage = await open();
      driver = storage.driver;
    });
    afterEach(() => storage.close());

    const standings = async (filter: SampleFilter = {}) =>
      (await allOf((await storage.reopen()).samples(filter))).map(standingOf);

    it.each([
      ["the genuine one first", [genuine, forged, lowered], "py3"],
      ["the genuine one last", [lowered, forged, genuine], "py3"],
      ["in envelopes of signature v2", [forged, genuine, lowered], "v2"],
    ] as const)(
      "keeps and shows all, whatever the filter, and no amount is lowered: %s",
      async (_name, sent, dialect) => {
        const before = aSample({ ...identity, message_id: "before", time: "2022-09-30T11:00:00.000000Z" });
        const form = dialect === "v2" ? { dialect, message_signature: null } : {};
        for (const sample of sent) expect(await driver.record([{ ...sample, ...form }])).toEqual(recorded(1));
        await driver.record([before]);

        const ofVictim = [
          ["victim", 1_000_000_000n, "counts"],
          ["victim", 1n, "outdone"],
        ];
        const ofOther = [["other", 1n, "counts"]];
        const whole = [ofVictim[0], ofOther[0], ofVictim[1]];
        expect(await standings({ from: identity.time })).toEqual(whole);
        expect(await standings({ limit: 1 })).toEqual(whole);
        expect(await standings({ meter: "disk", limit: 1 })).toEqual(whole);
        expect(await standings({ resource: "host-2", limit: 1 })).toEqual(whole);
        expect(await standings({ project: "victim" })).toEqual(ofVictim);
        expect(await standings({ project: "victim", limit: 1 })).toEqual(ofVictim);
        expect(await standings({ project: "other" })).toEqual(ofOther);
        expect(await standings({ project: "other", limit: 1, meter: "disk", resource: "host-2" })).toEqual(ofOther);
        expect(await standings({ to: identity.time })).toEqual([[before.project_id, before.counter_volume, undefined]]);
      },
    );

    it("is no conflict for one sample that came by several ways, and makes one row of it", async () => {
      const sample = aSample({
        resource_metadata: new Map<string, Value>([
          ["a", 1n],
          ["b", new Map([["c", "d"]])],
        ]),
      });
      const { publisher_id: _, ...unpublished } = sample;
      const signed = (fields: Partial<Sample>) => aSample({ ...sample, ...fields, message_signature: "" });
      const copies: readonly Sample[] = [
        sample,
        { ...sample, dialect: "v2", message_signature: null },
        signed({ publisher_id: "host-1" }),
        signed({ publisher_id: null }),
        { ...unpublished, message_signature: "ab".repeat(32) },
        signed({ resource_metadata: new Map(Array.from(sample.resource_metadata ?? []).reverse()) }),
        { ...sample },
      ];
      for (const copy of copies) expect(await driver.record([copy])).toEqual(recorded(1));
      await driver.record(copies);

      const [read, ...others] = await allOf(driver.samples({}));
      expect(others).toEqual([]);
      expect(read).toMatchObject({ message_id: sample.message_id, counter_volume: sample.counter_volume });
      expect(read?.conflict).toBeUndefined();
      expect(await allOf(driver.conflicts({ settled: true }))).toEqual([]);
    });

    it("gives back the signature of one of the copies, in the dialect that it was signed in", async () => {
      const sample = aSample({ publisher_id: "tcp" });
      await driver.record([
        sample,
        aSample({ ...sample, dialect: "kilo", publisher_id: undefined, message_signature: "" }),
      ]);
      const [read] = await allOf(driver.samples({}));
      expect(read && signedAgain(read)).toBe(read?.message_signature);
    });

    it("is one sample to readers where what differs is not billed, the same one in any order", async () => {
      const one = aSample({ ...identity, resource_metadata: new Map([["state", "active"]]) });
      const others = [
        { ...one, resource_metadata: null },
        { ...one, source: "b", counter_volume: Number(one.counter_volume) },
      ];
      await driver.record([one]);
      await driver.record(others);
      const [read, ...more] = await allOf(driver.samples({ project: one.project_id ?? "" }));
      expect(more).toEqual([]);
      const smallest = [one, ...others].map(contentDigest).sort()[0];
      expect([read && contentDigest(read), read?.conflict]).toEqual([smallest, undefined]);
    });

    it("reads the same whatever the order and number of arrivals", async () => {
      const ids = ["a", "a!", "a#", "a#b"];
      const arrival = fc.record({
        message_id: fc.constantFrom(...ids),
        project_id: fc.constantFrom("a", "b", null),
        counter_unit: fc.constantFrom("B", "MB"),
        counter_volume: fc.constantFrom(1n, 2n, 2.0, -1.5),
        source: fc.constantFrom("x", "y"),
      });
      const arrivals = fc.array(arrival, { minLength: 2, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(arrivals, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), async (fields, shuffle) => {
          const sent = fields.map((one) => aSample({ ...identity, ...one }));
          const again = [...sent, ...sent].sort(
            (a, b) => (shuffle[sent.indexOf(a)] ?? 0) - (shuffle[sent.indexOf(b)] ?? 0),
          );
          const readings: unknown[] = [];
          for (const batch of [sent, again.toReversed()]) {
            await storage.close();
            storage = await open();
            driver = storage.driver;
            for (let at = 0; at < batch.length; at += 5) await driver.record(batch.slice(at, at + 5));
            readings.push((await allOf(driver.samples({}))).map(fullStanding));
          }
          expect(readings[1]).toEqual(readings[0]);
          expect(greatestOf(await allOf(driver.samples({})))).toEqual(greatestOf(sent));
        }),
        { numRuns: 6 },
      );
    });

    it("lists conflicts, newest first, with all of their contents", async () => {
      const later = { ...identity, time: "2022-09-30T13:00:00.000000Z" };
      const pair = [
        aSample({ ...later, counter_volume: 3n, project_id: "victim" }),
        aSample({ ...later, counter_volume: 4n, user_id: null, project_id: "victim" }),
      ];
      await driver.record([genuine, ...pair, aSample(), forged]);

      const listed = async (filter: SampleFilter) =>
        (await allOf(driver.conflicts(filter))).map(({ samples }) => samples.map(standingOf));
      const [first, second] = [
        [
          ["victim", 4n, "counts"],
          ["victim", 3n, "outdone"],
        ],
        [
          ["victim", 1_000_000_000n, "counts"],
          ["other", 1n, "counts"],
        ],
      ];
      expect(await listed({})).toEqual([first, second]);
      expect(await listed({ limit: 1 })).toEqual([first]);
      expect(await listed({ project: "other" })).toEqual([second]);
      expect(await listed({ to: later.time, limit: 5 })).toEqual([second]);
      expect(await listed({ resource: "host-1" })).toEqual([]);
    });

    it("counts the right one alone once that is settled, keeps and shows the others, and lists it when asked to", async () => {
      await driver.record([genuine, forged, lowered]);
      const settlement = settlementFor(forged, decision);
      expect(await driver.settle(settlement)).toEqual({ kind: "recorded" });

      expect(await standings()).toEqual([
        ["other", 1n, "right"],
        ["victim", 1_000_000_000n, "wrong"],
        ["victim", 1n, "wrong"],
      ]);
      expect(await standings({ project: "victim", limit: 1 })).toEqual([
        ["victim", 1_000_000_000n, "wrong"],
        ["victim", 1n, "wrong"],
      ]);
      const second = await storage.reopen();
      expect(await allOf(second.conflicts({}))).toEqual([]);
      expect((await allOf(second.conflicts({ settled: true }))).map((one) => one.settlement)).toEqual([settlement]);
    });

    it("follows the latest of several settlements, and none whose right content is not there", async () => {
      await driver.record([genuine, forged]);
      await driver.settle(settlementFor(forged, { ...decision, at: "2022-10-02T08:00:00.000000Z" }));
      await driver.settle(settlementFor(genuine, { ...decision, at: "2022-10-03T08:00:00.000000Z" }));
      await driver.settle(settlementFor(forged, decision));
      expect(await standings()).toEqual([
        ["victim", 1_000_000_000n, "right"],
        ["other", 1n, "wrong"],
      ]);

      await driver.settle(settlementFor(lowered, { ...decision, at: "2022-10-04T08:00:00.000000Z" }));
      expect(await standings()).toEqual([
        ["victim", 1_000_000_000n, "counts"],
        ["other", 1n, "counts"],
      ]);
    });

    it("keeps both of an event, neither in place of the other", async () => {
      const event = anEvent();
      const other = anEvent({ ...event, traits: [], message_signature: "" });
      await driver.record([event]);
      await driver.record([other, event]);
      const read = await allOf(driver.events({}));
      expect(read.map(contentDigest).sort()).toEqual([event, other].map(contentDigest).sort());
      expect(read.map(signedAgain)).toEqual(read.map((one) => one.message_signature));
    });
  });
}

function standingOf({ project_id, counter_volume, conflict }: StoredSample): readonly unknown[] {
  return [project_id, counter_volume, conflict];
}

function fullStanding(sample: StoredSample): readonly unknown[] {
  return [sample.message_id, sample.counter_unit, ...standingOf(sample), contentDigest(sample)];
}

/** The greatest volume of each identity, project, type and unit, among what counts. */
function greatestOf(samples: readonly StoredSample[]): ReadonlyMap<string, number> {
  const greatest = new Map<string, number>();
  for (const sample of samples.filter(counts)) {
    const owner = JSON.stringify([sample.message_id, ...billedTo(sample)]);
    greatest.set(owner, Math.max(greatest.get(owner) ?? Number.NEGATIVE_INFINITY, Number(sample.counter_volume)));
  }
  return new Map(Array.from(greatest).sort(([a], [b]) => (a < b ? -1 : 1)));
}
