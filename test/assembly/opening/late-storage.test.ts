import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { type LateStorage, type LateStorageOptions, openLate } from "../../../lib/assembly/opening/late-storage.ts";
import { createLogger } from "../../../lib/log/logger.ts";
import { openStorage } from "../../../lib/storage/open-storage.ts";
import { storageName } from "../../../lib/storage/storage-url.ts";
import { type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";
import { eventually } from "../../support/eventually.ts";
import { type FaultyServer, startFaultyServer } from "../../support/faulty-server.ts";
import { freePort } from "../../support/free-port.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

let folder: TemporaryFolder;
let silent: FaultyServer;
let server: DynamoDbServer | undefined;
const opened: LateStorage[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  silent = await startFaultyServer("silent");
});
afterEach(async () => {
  for (const { driver } of opened.splice(0)) await driver.close();
  await server?.close();
  server = undefined;
});
afterAll(async () => {
  await silent.close();
  await folder.remove();
});

async function late(url: string, options: Partial<LateStorageOptions> = {}) {
  const lines: string[] = [];
  const storage = await openLate({
    name: storageName(url),
    open: () => openStorage(url, allDrivers),
    logger: createLogger((line) => lines.push(line)),
    firstPauseMs: 5,
    random: () => 1,
    ...options,
  });
  opened.push(storage);
  return { storage, driver: storage.driver, log: () => lines.map((line) => JSON.parse(line)) };
}

const tables = (port: number) => `dynamodb://samples?endpoint=http://127.0.0.1:${port}`;
const REFUSED =
  "storage can't be used until somebody puts this right; it is tried again, and samples go to the spill queue meanwhile";

describe("a storage that nobody waits for", () => {
  it("is the storage at once where it opens, and nothing is said", async () => {
    const { storage, driver, log } = await late(`memory:,${pathToFileURL(join(folder.path, "both.jsonl"))}`);
    await storage.there;
    expect(await driver.record([aSample()])).toEqual([{ kind: "recorded" }]);
    expect([driver.name, storage.missing(), storage.secondsWithout(), storage.refusals()]).toEqual([
      "memory+file",
      undefined,
      0,
      0,
    ]);
    expect(log()).toEqual([]);
  });

  it("fails what it is given until it is there, with the reason, and takes everything afterwards", async () => {
    const port = await freePort();
    const { storage, driver, log } = await late(tables(port));
    const problem = expect.stringMatching(/^the table samples at .* can't be opened: .*ECONNREFUSED/);
    expect(storage.missing()).toEqual(problem);
    const [stored, ...others] = await driver.record([aSample(), aSample()]);
    expect(others).toEqual([stored]);
    expect(stored).toMatchObject({
      kind: "failed",
      cause: { message: expect.stringMatching(/^storage is not open: the table samples/) },
    });
    await expect(driver.samples({})[Symbol.asyncIterator]().next()).rejects.toThrow("storage is not open");
    await eventually("a second attempt", () => log().length >= 2);

    server = await startDynamoDb({ port });
    await storage.there;
    expect(storage.missing()).toBeUndefined();
    const sample = aSample();
    expect(await driver.record([sample])).toEqual([{ kind: "recorded" }]);
    const ids: string[] = [];
    for await (const { message_id } of driver.samples({})) ids.push(message_id);
    expect(ids).toEqual([sample.message_id]);
    const tried = (milliseconds: number) => ({
      level: "warn",
      message: "storage can't be opened yet, to be tried again",
      problem,
      milliseconds,
    });
    expect(log().slice(0, 2)).toEqual([tried(5), tried(10)]);
    expect(log().at(-1)).toEqual({
      level: "info",
      message: "storage is open, and takes samples from now on",
      storage: "dynamodb",
      seconds: storage.secondsWithout(),
    });
    expect(storage.refusals()).toBe(0);
  });

  it("is not waited for for long where it never answers", async () => {
    const { storage, log } = await late(tables(silent.port), { waitMs: 20 });
    expect(storage.missing()).toBe("it has not answered for 0.02 s");
    expect(log()).toEqual([]);
  });

  it("is told of as an error, each time, where time alone does not help, and is there once somebody did", async () => {
    const blocked = join(folder.path, "blocked");
    await writeFile(blocked, "");
    const { storage, log } = await late(pathToFileURL(join(blocked, "samples.jsonl")).href);
    await eventually("three errors", () => storage.refusals() >= 3);
    const error = { level: "error", message: REFUSED, problem: expect.stringContaining(blocked) };
    expect(log().slice(0, 3)).toEqual([5, 10, 20].map((milliseconds) => ({ ...error, milliseconds })));
    await rm(blocked);
    await mkdir(blocked);
    await storage.there;
    expect(await storage.driver.record([aSample()])).toEqual([{ kind: "recorded" }]);
  });

  it("counts whole seconds from when it was first missing until it is there", async () => {
    let [isThere, now] = [false, 5_000];
    const open = () => openStorage(isThere ? "memory:" : tables(1), allDrivers);
    const { storage } = await late("memory:", { open, now: () => now });
    expect(storage.secondsWithout()).toBe(0);
    now += 1_999;
    expect(storage.secondsWithout()).toBe(1);
    isThere = true;
    await storage.there;
    now += 60_000;
    expect(storage.secondsWithout()).toBe(1);
  });

  it("is tried no more once it is closed, and what is opened by then is closed again", async () => {
    let answer = () => {};
    let closed = 0;
    const memory = await openStorage("memory:", allDrivers);
    if (!memory.ok) throw new Error(memory.problem);
    const driver = { ...memory.driver, close: async () => void closed++ };
    const open = async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ok: true, driver } as const;
    };
    const { storage, log } = await late("memory:", { open, waitMs: 1 });
    await storage.driver.close();
    answer();
    await eventually("it is closed", () => closed === 1);
    expect(storage.missing()).toBe("it has not answered for 0.001 s");
    expect(log()).toEqual([]);
  });

  it("goes on being tried where our own code breaks, which counts as what does not pass", async () => {
    let calls = 0;
    const open = async () => {
      calls++;
      if (calls < 3) throw new TypeError("on purpose");
      return openStorage("memory:", allDrivers);
    };
    const { storage } = await late("memory:", { open });
    await storage.there;
    expect([calls, storage.refusals()]).toEqual([3, 2]);
  });
});
