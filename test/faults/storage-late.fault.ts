import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect, inject, it, onTestFinished } from "vitest";
import { clientOptions } from "../../lib/aws/client-options.ts";
import type { Ledger } from "../../lib/ledger/ledger.ts";
import { defaultResourcesTable, FORMAT_KEY, keyNames } from "../../lib/storage/dynamodb/layout/keys.ts";
import { createTables } from "../../lib/storage/dynamodb/tables.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { eventually } from "../support/eventually.ts";
import { openGate } from "./gate.ts";
import { LOAD_SECRET, loadDatagrams, openSender } from "./load.ts";
import { type CollectProgram, startCollect } from "./program.ts";
import { until } from "./until.ts";
import { depth, openWorld, storedIds, type World } from "./world.ts";

const [FIRST_SECONDS, SECOND_SECONDS] = inject("isShort") ? [2, 8] : [5, 15];
const A_SECOND = 1_000;
const EMPTY_WITHIN_MS = 120_000;

/** A collector that is given a storage which it can't open, and is ready all the same. */
function started({ spillQueue }: World, dynamodb: string): Promise<CollectProgram> {
  return startCollect([
    ...["--listen", "udp://127.0.0.1:0", "--spill-queue", spillQueue.url],
    ...["--storage", storageAt(dynamodb), "--secret", LOAD_SECRET],
  ]);
}

const storageAt = (dynamodb: string) => `dynamodb://samples?endpoint=${encodeURIComponent(dynamodb)}`;

/** @returns how many were sent, at 1,000 a second */
async function send({ listening }: CollectProgram, datagrams: readonly Buffer[]): Promise<number> {
  const sender = await openSender(listening[0] ?? "");
  const sent = await sender.send(datagrams, A_SECOND);
  sender.close();
  return sent;
}

const emptied = ({ spillQueue }: World) =>
  until("the spill queue to be empty", async () => (await depth(spillQueue)) === 0, EMPTY_WITHIN_MS);

/** All that the kernel let through has come to an end, and nothing of it is lost. */
function expectNothingLost(udp: Ledger | undefined, sent: number): void {
  expect(udp && imbalance(udp)).toEqual(balanced);
  const { MessagesReceived = 0, KernelDrops = 0 } = udp?.figures ?? {};
  expect(MessagesReceived).toBe(sent - KernelDrops);
  expect(udp?.figures).toMatchObject({ SamplesShed: 0, SamplesFailed: 0, SamplesRejected: 0, RecordsInFlight: 0 });
}

it("stores every accepted sample once when two collectors in turn were started while storage was down", async () => {
  const world = await openWorld();
  const gate = await openGate(world.dynamodb);
  onTestFinished(() => gate.close());
  await gate.shut();

  // Its whole life is without storage.
  const first = await started(world, gate.url);
  const sentFirst = await send(first, loadDatagrams(FIRST_SECONDS * A_SECOND, "first"));
  const { udp: ofFirst } = await first.finish();
  expectNothingLost(ofFirst, sentFirst);
  const spilledFirst = ofFirst?.figures.MessagesSpilled ?? 0;
  expect(spilledFirst).toBe(ofFirst?.figures.MessagesReceived);

  const second = await started(world, gate.url);
  const datagrams = loadDatagrams(SECOND_SECONDS * A_SECOND, "second");
  const sentWithout = await send(second, datagrams.slice(0, -A_SECOND));
  await until("something to be spilled", async () => (await depth(world.spillQueue)) > 0, 20_000);
  // What the first one spilled is still there: nobody took it while it could not be stored.
  expect(second.errors.filter((line) => line.includes("messages handled"))).toEqual([]);
  await gate.open();
  const sent = sentWithout + (await send(second, datagrams.slice(-A_SECOND)));
  await eventually("storage is open", () => second.errors.some((line) => line.includes("storage is open")), 60_000);
  await emptied(world);
  const { ledgers, process } = await second.lastFigures();
  const { udp, queue } = ledgers;

  expectNothingLost(udp, sent);
  const spilled = udp?.figures.MessagesSpilled ?? 0;
  expect(spilled).toBeGreaterThan(0);
  expect(queue && imbalance(queue)).toEqual(balanced);
  expect(queue?.figures).toMatchObject({ SamplesDecoded: spilledFirst + spilled, SamplesRejected: 0 });
  expect(await depth(world.deadLetterQueue)).toBe(0);
  const stored = await storedIds(storageAt(world.dynamodb));
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored.length).toBe(spilledFirst + (udp?.figures.MessagesReceived ?? 0));
  expect(second.errors.filter((line) => line.includes("receiving without storage"))).toHaveLength(1);
  const { SecondsWithoutStorage } = process;
  expect(SecondsWithoutStorage).toBeGreaterThanOrEqual(SECOND_SECONDS - 1);
  console.log({ sentFirst, spilledFirst, sent, spilled, stored: stored.length, SecondsWithoutStorage });
});

it("says again and again that its tables are in a newer format, loses nothing, and stores all once they are not", async () => {
  const world = await openWorld();
  const client = new DynamoDBClient(clientOptions({ endpoint: world.dynamodb, region: undefined }));
  onTestFinished(() => client.destroy());
  const TableName = defaultResourcesTable("samples");
  const Key = { [keyNames.partition]: { S: FORMAT_KEY }, [keyNames.sort]: { S: FORMAT_KEY } };
  await createTables(client, "samples", TableName);
  await client.send(new PutItemCommand({ TableName, Item: { ...Key, [FORMAT_KEY]: { N: "99" } } }));

  const collector = await started(world, world.dynamodb);
  const sent = await send(collector, loadDatagrams(A_SECOND, "newer"));
  const refusals = () => collector.errors.filter((line) => line.includes("storage can't be used until somebody"));
  await eventually("several errors", () => refusals().length >= 3, 30_000);
  for (const line of refusals())
    expect(JSON.parse(line)).toMatchObject({ level: "error", problem: expect.any(String) });
  await until("something to be spilled", async () => (await depth(world.spillQueue)) > 0, 20_000);
  await client.send(new DeleteItemCommand({ TableName, Key }));
  await eventually("storage is open", () => collector.errors.some((line) => line.includes("storage is open")), 60_000);
  await emptied(world);
  const { ledgers, process } = await collector.lastFigures();
  const { udp } = ledgers;

  expectNothingLost(udp, sent);
  expect(process.StorageRefused).toBe(refusals().length);
  const stored = await storedIds(storageAt(world.dynamodb));
  expect(new Set(stored).size).toBe(stored.length);
  expect(stored.length).toBe(udp?.figures.MessagesReceived);
});
