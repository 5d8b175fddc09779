import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identity } from "../../lib/sample/identity.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import type { OpenedStorage } from "./contract.ts";
import { allOf } from "./reading.ts";
import { afterSecond, second } from "./second.ts";

/** What every storage that is read gives of what is asked for. Nothing is written meanwhile, so each is filled once. */
export function describeFilterContract(name: string, open: () => Promise<OpenedStorage>): void {
  describe(`${name}, as every storage that is read, reads samples`, () => {
    const all = [0, 1, 2, 3, 4, 5].map((index) =>
      aSample({
        time: second(index * 3_600),
        counter_name: index % 2 === 0 ? "cpu" : "disk.read.bytes",
        resource_id: index < 3 ? "vm-1" : "vm-2",
        project_id: index === 5 ? null : index < 4 ? "p-1" : "p-2",
      }),
    );

    const driver = filled(open, [...all, anEvent({ time: second(0) })]);

    it.each([
      ["newest first", {}, [5, 4, 3, 2, 1, 0]],
      ["of a meter", { meter: "cpu" }, [4, 2, 0]],
      ["of a resource", { resource: "vm-2" }, [5, 4, 3]],
      ["of a project", { project: "p-1" }, [3, 2, 1, 0]],
      ["of a meter, resource and project", { meter: "cpu", resource: "vm-1", project: "p-1" }, [2, 0]],
      ["from a time on, that time included", { from: second(7_200) }, [5, 4, 3, 2]],
      ["up to a time, that time not included", { to: second(7_200) }, [1, 0]],
      ["between two times", { from: second(3_600), to: second(14_400) }, [3, 2, 1]],
      ["between two times that differ by a microsecond", { from: second(3_600), to: afterSecond(3_600) }, [1]],
      ["as few as asked for, the newest", { limit: 2 }, [5, 4]],
      ["of a meter and resource, as few as asked for", { meter: "cpu", resource: "vm-1", limit: 1 }, [2]],
      ["of a meter from a time on", { meter: "cpu", from: second(1) }, [4, 2]],
      ["none, when asked for none", { limit: 0 }, []],
      ["none of a meter that was never sent", { meter: "c" }, []],
      ["none from a time after the last", { from: afterSecond(18_000) }, []],
    ])("%s", async (_name, filter, expected) => {
      expect((await allOf(driver().samples(filter))).map(identity)).toEqual(
        expected.map((index) => identity(all[index] as MeteringRecord)),
      );
    });
  });

  describe(`${name}, as every storage that is read, reads samples without a project`, () => {
    // A resource may be of a project at first, and of none later.
    const all = ["p-1", null, "", "p-1", "", null].map((project_id, index) =>
      aSample({
        time: second(index * 3_600),
        counter_name: index % 2 === 0 ? "cpu" : "disk.read.bytes",
        resource_id: index < 2 ? "vm-1" : index < 4 ? "vm-2" : "vm-3",
        project_id,
      }),
    );

    const driver = filled(open, [...all, aSample({ time: second(0), resource_id: "vm-4" })]);

    it.each([
      ["be it null or empty, newest first", {}, [5, 4, 2, 1]],
      ["as few as asked for", { limit: 3 }, [5, 4, 2]],
      ["of a meter", { meter: "disk.read.bytes" }, [5, 1]],
      ["of a resource", { resource: "vm-2" }, [2]],
      ["of a meter and resource", { meter: "cpu", resource: "vm-1" }, []],
      ["up to a time", { to: second(7_200) }, [1]],
    ])("%s", async (_name, filter, expected) => {
      expect((await allOf(driver().samples({ ...filter, project: null }))).map(identity)).toEqual(
        expected.map((index) => identity(all[index] as MeteringRecord)),
      );
    });

    it("or with an empty one alone, if asked so", async () => {
      expect((await allOf(driver().samples({ project: "" }))).map(identity)).toEqual(
        [4, 2].map((index) => identity(all[index] as MeteringRecord)),
      );
    });
  });

  describe(`${name}, as every storage that is read, reads events`, () => {
    const types = ["image.update", "image.delete", "image.update", "image.update"];
    const all = types.map((event_type, index) => anEvent({ event_type, time: second(index * 43_200) }));

    const driver = filled(open, [...all, aSample({ time: second(0) })]);

    it.each([
      ["newest first", {}, [3, 2, 1, 0]],
      ["of a type", { type: "image.update" }, [3, 2, 0]],
      ["of a type from a time on, that time included", { type: "image.update", from: second(86_400) }, [3, 2]],
      ["up to a time, that time not included", { to: second(86_400) }, [1, 0]],
      ["as few as asked for, the newest", { limit: 2 }, [3, 2]],
      ["of a type, as few as asked for", { type: "image.delete", limit: 5 }, [1]],
      ["none of a type that was never sent", { type: "image" }, []],
    ])("%s", async (_name, filter, expected) => {
      expect((await allOf(driver().events(filter))).map(identity)).toEqual(
        expected.map((index) => identity(all[index] as MeteringRecord)),
      );
    });
  });
}

/** A storage with these records, for the tests of a group. */
function filled(open: () => Promise<OpenedStorage>, records: readonly MeteringRecord[]): () => StorageDriver {
  let storage: OpenedStorage;
  beforeAll(async () => {
    storage = await open();
    await storage.driver.record(records);
  });
  afterAll(() => storage.close());
  return () => storage.driver;
}
