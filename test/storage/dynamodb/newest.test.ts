import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identity } from "../../../lib/sample/identity.ts";
import type { Sample } from "../../../lib/sample/sample.ts";
import type { StorageDriver } from "../../../lib/storage/driver.ts";
import { openDynamoDb } from "../../../lib/storage/dynamodb/dynamodb.ts";
import { type Call, failCalls, watchCalls } from "../../support/dynamodb-faults.ts";
import { type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { allOf, recorded } from "../reading.ts";

/** How many calls of each kind it takes to read the newest few samples of a table with many partitions. */

const COUNT = 200;

let server: DynamoDbServer;
/** A table of small partitions, for tests that only read, and the message ids in it, newest first. */
let small: { readonly table: string; readonly ids: readonly string[] };
let client: ReturnType<DynamoDbServer["client"]>;
let calls: Call[];
let driver: StorageDriver;
beforeAll(async () => {
  server = await startDynamoDb();
  small = await filled(3);
});
afterAll(() => server.close());

/** Reads and writes a table through a client of its own, whose calls are counted. */
function open({ table }: { readonly table: string }): void {
  client = server.client();
  calls = watchCalls(client);
  driver = openDynamoDb({ client, table });
}

/** Times in no order of the partitions' names. */
const timeOf = (index: number) => `2022-09-30T12:00:00.${String((index * 7_919) % 1_000_000).padStart(6, "0")}Z`;

async function filled(rounds: number, more: Partial<Sample> = {}): Promise<typeof small> {
  const table = await server.freshTable();
  const samples = Array.from({ length: COUNT * rounds }, (_, index) =>
    aSample({ time: timeOf(index), resource_id: `vm-${index % COUNT}`, message_id: `${index}`, ...more }),
  );
  const patient = openDynamoDb({ client: server.client(), table, giveUpAfterMs: 120_000 });
  expect(await patient.record(samples)).toEqual(recorded(samples.length));
  const newestFirst = samples.toSorted((a, b) => (a.time < b.time ? 1 : -1));
  return { table, ids: newestFirst.map(({ message_id }) => message_id) };
}

async function newest(limit: number, filter = {}): Promise<readonly string[]> {
  calls.length = 0;
  return (await allOf(driver.samples({ ...filter, limit }))).map(({ message_id }) => message_id);
}

const counted = () => {
  const counts: Record<string, number> = {};
  for (const { command } of calls) counts[command] = (counts[command] ?? 0) + 1;
  return counts;
};

describe("the newest samples of many partitions", () => {
  it("take a few calls where partitions are small", async () => {
    open(small);
    expect(await newest(3)).toEqual(small.ids.slice(0, 3));
    // Of 200 partitions: the index and the table, each in one page, then rows and metadata of those that are opened.
    const { ScanCommand, ...others } = counted();
    expect(ScanCommand).toBe(2);
    expect(others.QueryCommand).toBeLessThanOrEqual(6);
    expect(others.BatchGetItemCommand).toBeLessThanOrEqual(1 + 4);
    expect(calls.length).toBeLessThanOrEqual(13);
  });

  it("take as few on the next page, whatever has been written meanwhile", async () => {
    const { table, ids } = await filled(1);
    open({ table });
    const [last] = (await allOf(driver.samples({ limit: 3 }))).slice(-1);
    await driver.record(
      Array.from({ length: 50 }, (_, vm) => aSample({ time: "2023-01-01T00:00:00.000000Z", resource_id: `vm-${vm}` })),
    );
    expect(await newest(3, { after: last })).toEqual(ids.slice(3, 6));
    expect(calls.length).toBeLessThanOrEqual(13);
  });

  it("take one small query each where partitions are large, and no metadata but of what is read", async () => {
    const { table, ids } = await filled(2, { extra: new Map([["note", "x".repeat(8_000)]]) });
    open({ table });
    expect(await newest(3)).toEqual(ids.slice(0, 3));
    const { QueryCommand, BatchGetItemCommand } = counted();
    expect(QueryCommand).toBeLessThanOrEqual(COUNT + 6);
    expect(BatchGetItemCommand).toBeLessThanOrEqual(1 + 4);
  });

  it("are found by queries where a role may not scan the table", async () => {
    open(small);
    let scans = 0;
    failCalls(client, (command) => {
      if (command !== "ScanCommand") return undefined;
      scans++;
      return scans === 1 ? undefined : Object.assign(new Error("not allowed"), { name: "AccessDeniedException" });
    });
    expect(await newest(3)).toEqual(small.ids.slice(0, 3));
    expect(counted().QueryCommand).toBeLessThanOrEqual(COUNT + 6);
  });

  it("are not looked for on where the table says that it can't", async () => {
    open(small);
    failCalls(client, (command, call) => (command === "ScanCommand" && call > 2 ? new Error("broken") : undefined));
    await expect(newest(3)).rejects.toThrow("broken");
  });

  it("are those of the time, meter and project that were asked for, whatever else is in the table", async () => {
    const { table, ids } = await filled(1);
    open({ table });
    await driver.record([
      ...Array.from({ length: 100 }, () => anEvent()),
      aSample({ counter_name: "other", time: "2023-01-01T00:00:00.000000Z" }),
      aSample({ resource_id: "vm-1", project_id: "other", time: "2023-01-01T00:00:00.000000Z" }),
    ]);
    const to = timeOf(Number(ids[3]));
    expect(await newest(3, { meter: "cpu", to })).toEqual(ids.slice(4, 7));
    expect(await newest(3, { project: aSample().project_id, to })).toEqual(ids.slice(4, 7));
    expect(await newest(500, { from: timeOf(Number(ids[1])), to: "2022-10-01" })).toEqual(ids.slice(0, 2));
    expect(await newest(3, { from: "2024-01-01T00:00:00.000000Z" })).toEqual([]);
  });

  it("are the first of all samples, for any times and limit, also while others come", async () => {
    const time = fc.integer({ min: 0, max: 20 }).map((index) => timeOf(index));
    const samples = fc.array(fc.tuple(time, fc.integer({ min: 0, max: 99 })), { minLength: 100, maxLength: 140 });
    await fc.assert(
      fc.asyncProperty(samples, fc.integer({ min: 1, max: 20 }), async (drawn, limit) => {
        const table = await server.freshTable();
        const reading = openDynamoDb({ client: server.client(), table });
        await reading.record(drawn.map(([at, vm]) => aSample({ time: at, resource_id: `vm-${vm}` })));
        const all = (await allOf(reading.samples({}))).map(identity);
        const few: string[] = [];
        for await (const sample of reading.samples({ limit })) {
          few.push(identity(sample));
          await reading.record([aSample({ time: "2023-01-01T00:00:00.000000Z", resource_id: `vm-${few.length}` })]);
        }
        expect(few).toEqual(all.slice(0, limit));
      }),
      { numRuns: 5 },
    );
  });
});
