import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identity } from "../../lib/sample/identity.ts";
import type { Event, MeteringRecord } from "../../lib/sample/sample.ts";
import type { StorageDriver, StoredSample } from "../../lib/storage/driver.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import type { OpenedStorage } from "./contract.ts";
import { allOf, recorded } from "./reading.ts";

/** A test reads as many pages more as it writes. */
const WRITTEN_MEANWHILE = 4;

/** What every storage that is read promises of reading on from a place, as somebody does who reads page by page. */
export function describePagingContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`${name}, read page by page,`, () => {
    let storage: OpenedStorage;
    let driver: StorageDriver;
    beforeEach(async () => {
      storage = await open();
      driver = storage.driver;
    });
    afterEach(() => storage.close());

    const time = (index: number) => `2022-09-30T23:59:${String(59 - index).padStart(2, "0")}.999999Z`;
    /** Several of one time, of one time and message id, in conflict, and of two days. */
    const samples = Array.from({ length: 16 }, (_, index) =>
      aSample({
        time: index < 12 ? time(Math.floor(index / 4)) : `2022-09-2${index - 8}T12:00:00.000000Z`,
        message_id: ["a", "a#", "\u{1f600}", "\uffee"][index % 4] ?? "",
        resource_id: `vm-${index % 3}`,
        counter_name: index % 2 === 0 ? "cpu" : "memory",
        project_id: index % 5 === 0 ? "p-2" : "p-1",
      }),
    );
    const conflicting = samples.slice(5, 9).map((sample) => ({ ...sample, counter_volume: 7n }));
    const events = samples.map(({ time, message_id, resource_id }) =>
      anEvent({ time, message_id, event_type: resource_id }),
    );

    let written = 0;
    /** One is newer than all, one older, one of a time that others have; new ones of their own. */
    async function writeMeanwhile(): Promise<void> {
      written++;
      const times = [
        `2022-10-01T00:00:00.${String(written).padStart(6, "0")}Z`,
        "2022-01-01T00:00:00.000000Z",
        time(1),
      ];
      const records = times.flatMap((at) => {
        const fresh = { time: at, message_id: `new ${Math.random()}` };
        return [aSample({ ...fresh, resource_id: `vm-${written % 7}` }), anEvent({ ...fresh, event_type: "vm-1" })];
      });
      expect(await driver.record(records)).toEqual(recorded(records.length));
    }

    type Read<Kind> = (page: { readonly limit?: number; readonly after?: Kind }) => AsyncIterable<Kind>;

    /** Every page holds so many identities, and the next is read behind the last one of it. */
    async function byPages<Kind extends MeteringRecord>(limit: number, read: Read<Kind>): Promise<readonly string[]> {
      const ids: string[] = [];
      let after: Kind | undefined;
      for (;;) {
        const page = await allOf(read({ limit, ...(after !== undefined && { after }) }));
        if (page.length === 0) return ids;
        expect(new Set(page.map(identity)).size).toBeLessThanOrEqual(limit);
        ids.push(...new Set(page.map(identity)));
        after = page.at(-1);
        if (written < WRITTEN_MEANWHILE) await writeMeanwhile();
      }
    }

    async function expectEachOnce<Kind extends MeteringRecord>(limit: number, read: Read<Kind>): Promise<void> {
      const before = new Set((await allOf(read({}))).map(identity));
      const ids = await byPages(limit, read);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => before.has(id))).toEqual([...before]);
    }

    const sampleFilters = [{}, { meter: "cpu" }, { project: "p-1" }, { resource: "vm-1", to: time(2) }];

    it.each([1, 7, 100])(
      "gives each sample once that was there, by pages of %i, while others are written",
      async (n) => {
        expect(await driver.record([...samples, ...conflicting])).toEqual(recorded(20));
        for (const filter of n === 7 ? sampleFilters : [{}]) {
          written = 0;
          await expectEachOnce<StoredSample>(n, (page) => driver.samples({ ...filter, ...page }));
        }
      },
    );

    it.each([1, 7, 100])(
      "gives each event once that was there, by pages of %i, while others are written",
      async (n) => {
        expect(await driver.record(events)).toEqual(recorded(16));
        for (const filter of n === 7 ? [{}, { type: "vm-1" }] : [{}]) {
          written = 0;
          await expectEachOnce<Event>(n, (page) => driver.events({ ...filter, ...page }));
        }
      },
    );

    it("goes on from a place where nothing is stored any more", async () => {
      await driver.record([...samples, ...events]);
      const all = (await allOf(driver.samples({}))).map(identity);
      const nowhere = { kind: "sample", counter_name: "", resource_id: "", message_id: "" } as const;
      const from = async (at: string) =>
        (await allOf(driver.samples({ after: { ...nowhere, time: at } }))).map(identity);
      expect(await from("2023-01-01T00:00:00.000000Z")).toEqual(all);
      expect(await from("2022-09-26T00:00:00.000000Z")).toEqual(all.slice(-2));
      expect(await from("2022-01-01T00:00:00.000000Z")).toEqual([]);
    });
  });
}
