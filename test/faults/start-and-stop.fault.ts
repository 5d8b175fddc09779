import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, it, onTestFinished } from "vitest";
import { balanced, imbalance } from "../support/balance.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openGate } from "./gate.ts";
import { LOAD_SECRET, loadDatagrams, openSender } from "./load.ts";
import { runProgram, startCollect } from "./program.ts";
import { openWorld, storedIds } from "./world.ts";

const SECONDS = inject("isShort") ? 2 : 5;
const A_SECOND = 1_000;
/** What a stop may take where nobody grants more. */
const DEADLINE_MS = 10_000;

it("drains within its deadline on SIGTERM under load, and accounts for every datagram that it took", async () => {
  const world = await openWorld();
  const storage = `dynamodb://samples?endpoint=${encodeURIComponent(world.dynamodb)}`;
  const collector = await startCollect([
    ...["--listen", "udp://127.0.0.1:0", "--spill-queue", world.spillQueue.url],
    ...["--storage", storage, "--secret", LOAD_SECRET],
  ]);
  const sender = await openSender(collector.listening[0] ?? "");
  let stopped = false;
  const sending = sender.send(loadDatagrams(SECONDS * A_SECOND * 4, "load"), A_SECOND, () => stopped);
  const started = performance.now();
  await eventually("some load", () => performance.now() - started > SECONDS * 1_000, 60_000);
  const asked = performance.now();
  const { udp } = await collector.finish();
  const took = performance.now() - asked;
  stopped = true;
  await sending;
  sender.close();

  expect(took).toBeLessThan(DEADLINE_MS);
  expect(udp && imbalance(udp)).toEqual(balanced);
  expect(udp?.figures).toMatchObject({ RecordsInFlight: 0, SamplesFailed: 0, SamplesShed: 0, SamplesRejected: 0 });
  expect((await storedIds(storage)).length).toBe(udp?.figures.SamplesRecorded);
  console.log({ received: udp?.figures.MessagesReceived, stopMs: Math.round(took) });
});

it("opens no socket before its storage can be reached, and then misses nothing", async () => {
  const world = await openWorld();
  const gate = await openGate(world.dynamodb);
  onTestFinished(() => gate.close());
  await gate.shut();
  const storage = `dynamodb://samples?endpoint=${encodeURIComponent(gate.url)}`;
  const starting = startCollect(
    ["--listen", "udp://127.0.0.1:0", "--storage", storage, "--secret", LOAD_SECRET],
    60_000,
  );
  let isReady = false;
  void starting.then(() => {
    isReady = true;
  });
  const asked = performance.now();
  await eventually("some attempts", () => performance.now() - asked > SECONDS * 1_000, 60_000);
  expect(isReady).toBe(false);
  await gate.open();
  const collector = await starting;
  expect(collector.errors.filter((line) => line.includes("can't start yet")).length).toBeGreaterThan(1);
  const sender = await openSender(collector.listening[0] ?? "");
  await sender.send(loadDatagrams(100, "load"), A_SECOND);
  sender.close();
  const { udp } = await collector.finish();
  expect(udp?.figures).toMatchObject({ MessagesReceived: 100, SamplesRecorded: 100 });
});

it("tells a second instance on the same port what is the matter, and leaves the first alone", async () => {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
  const args = ["--storage", storage, "--secret", LOAD_SECRET];
  const first = await startCollect(["--listen", "udp://127.0.0.1:0", ...args]);
  const [address = ""] = first.listening;
  await expect(runProgram("countersign", ["collect", "--listen", address, ...args])).rejects.toThrow(
    /another process has the port/,
  );
  const sender = await openSender(address);
  await sender.send(loadDatagrams(10, "load"), A_SECOND);
  sender.close();
  const { udp } = await first.finish();
  expect(udp?.figures).toMatchObject({ MessagesReceived: 10, SamplesRecorded: 10 });
});
