import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startCanary } from "../../../lib/assembly/canary.ts";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { startQueueCollector } from "../../../lib/assembly/queue-side.ts";
import { startUdpCollector } from "../../../lib/assembly/socket-side.ts";
import { createLogger } from "../../../lib/log/logger.ts";
import { createPoller } from "../../../lib/queue/poller.ts";
import { CANARY_METER } from "../../../lib/sample/canary.ts";
import { type Settings, toEnvironment } from "../../../lib/settings.ts";
import type { StoredSample } from "../../../lib/storage/driver.ts";
import { openStorage } from "../../../lib/storage/open-storage.ts";
import { type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";
import { type EmbeddedQueues, startQueues } from "../../support/embedded-queues.ts";
import { isEmf, sumEmf } from "../../support/emf-reader.ts";
import { plainSettings } from "../../support/plain-settings.ts";
import { startRecordingProxy } from "../../support/recording-proxy.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { v2SecretText } from "../../support/v2-keys.ts";

let folder: TemporaryFolder;
let dynamodb: DynamoDbServer;
let queues: EmbeddedQueues;
const ending: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  [folder, dynamodb, queues] = await Promise.all([temporaryFolder(), startDynamoDb(), startQueues()]);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(ending.splice(0).map((end) => end()));
});
afterAll(() => Promise.all([folder.remove(), dynamodb.close(), queues.stop()]));

/** The storage URL of tables of its own. */
async function freshStorage(): Promise<string> {
  return `dynamodb://${await dynamodb.freshTable()}?endpoint=${dynamodb.endpoint}`;
}

let stages = 0;

/** Tasks and function as they are deployed, with the time window, on real sockets and a real queue. */
async function startStage(changes: Partial<Settings>) {
  const settings = { ...plainSettings, timeWindow: true, allowDefaultSecret: false, secrets: [], ...changes };
  const write = () => true;
  const sockets = await startUdpCollector({
    ...{ drivers: allDrivers, write, drainMs: 0 },
    environment: toEnvironment({ ...settings, listen: ["udp://127.0.0.1:0", "tcp://127.0.0.1:0"] }),
  });
  if ("problems" in sockets) throw new Error(sockets.problems.join("; "));
  stages += 1;
  const { queueUrl } = await queues.create(`canary-${stages}`);
  const collector = await startQueueCollector({ write, drivers: allDrivers, environment: toEnvironment(settings) });
  const poller = createPoller(queues.open(queueUrl), collector.handler, createLogger(write));
  poller.start();
  ending.push(async () => {
    // What it has asked for last may come late: nothing of it matters any more.
    await Promise.all([poller.stop(0), sockets.stop()]);
    await collector.close();
  });
  return canaryEnvironment(settings, [...sockets.listening, queueUrl], 20);
}

function canaryEnvironment(settings: Settings, to: readonly string[], withinSeconds: number) {
  return {
    ...toEnvironment(settings),
    COUNTERSIGN_CANARY_TO: to.join(","),
    COUNTERSIGN_CANARY_SECONDS: String(withinSeconds),
  };
}

/** One run of the canary, by what it wrote. */
async function run(environment: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  await startCanary({ write: (line) => lines.push(line), environment })();
  const log = lines.filter((line) => !isEmf(line)).map((line) => JSON.parse(line));
  return { figures: sumEmf(lines.filter(isEmf)), log };
}

/** What a run says of samples that did not come through. */
const problemsIn = (log: readonly { message: string; problem?: string }[]) =>
  log.filter(({ message }) => message === "a sample did not come through").map(({ problem }) => problem);

const found = {
  "CanaryLost Stage=test Listener=udp": 0,
  "CanaryLost Stage=test Listener=tcp": 0,
  "CanaryLost Stage=test Listener=queue": 0,
};

async function storedIn(storage: string): Promise<readonly StoredSample[]> {
  const opened = await openStorage(storage, allDrivers, { readOnly: true });
  if (!opened.ok) throw new Error(opened.problem);
  const samples: StoredSample[] = [];
  for await (const sample of opened.driver.samples({})) samples.push(sample);
  await opened.driver.close();
  return samples;
}

async function keyFile(name: string, keys: Readonly<Record<string, unknown>>): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, JSON.stringify(keys), { mode: 0o600 });
  return path;
}

describe("the canary", () => {
  it("sends a sample by UDP, by TCP and by the queue, and finds each in storage, as nobody's", async () => {
    const storage = await freshStorage();
    // By TCP signature v2 alone is taken.
    const path = await keyFile("keys.json", { "pub-7": v2SecretText(7), current: "the secret of all publishers" });
    const environment = await startStage({ storage, legacyListeners: ["udp", "queue"], keyFile: path });
    const proxy = await startRecordingProxy(dynamodb.endpoint);
    ending.push(() => proxy.close());
    const { figures, log } = await run({
      ...environment,
      COUNTERSIGN_STORAGE: storage.replace(dynamodb.endpoint, proxy.url),
    });
    expect(figures).toEqual(found);
    // What its role lets it ask for: partitions of its own, and the tables' format.
    const asked = proxy.calls.map(({ action, body }) => `${action} ${/"((?:[a-z]#|format)[^"]*)"/.exec(body)?.[1]}`);
    expect(new Set(asked)).toEqual(
      new Set([
        "BatchGetItem format",
        ...["udp", "tcp", "queue"].flatMap((listener) => [
          `Query s#${CANARY_METER}#${CANARY_METER}.${listener}`,
          `BatchGetItem r#${CANARY_METER}.${listener}`,
        ]),
      ]),
    );
    expect(log).toEqual(
      ["udp", "tcp", "queue"].map((listener) => ({
        ...{ level: "info", message: "a sample came through", listener },
        milliseconds: expect.any(Number),
      })),
    );
    const rows = (await storedIn(storage)).map(({ resource_id, counter_name, project_id, user_id, dialect }) => {
      return [resource_id, counter_name, project_id, user_id, dialect];
    });
    expect(rows.sort()).toEqual([
      [`${CANARY_METER}.queue`, CANARY_METER, null, null, "py3"],
      [`${CANARY_METER}.tcp`, CANARY_METER, null, null, "v2"],
      [`${CANARY_METER}.udp`, CANARY_METER, null, null, "py3"],
    ]);
  });

  it("counts its sample as lost where no key can be had", async () => {
    const storage = await freshStorage();
    const plain = { ...plainSettings, allowDefaultSecret: false, secrets: [], storage };
    const ofOne = { "host-1": { secret: "the secret of one publisher", publishers: ["host-1"] } };
    const files = [join(folder.path, "missing.json"), await keyFile("others.json", ofOne)];
    const runs = await Promise.all(
      files.map((path) => run(canaryEnvironment({ ...plain, keyFile: path }, ["udp://127.0.0.1:9"], 1))),
    );
    const figures = { "CanaryLost Stage=test Listener=udp": 1 };
    expect(runs.map((one) => one.figures)).toEqual([figures, figures]);
    expect(runs.map(({ log }) => problemsIn(log))).toEqual([
      [`the file ${files[0]} does not exist`],
      ["no key is accepted by the listener udp from everybody: add one with the id canary"],
    ]);
  });

  it("does not start with settings that it can't use", () => {
    expect(() => startCanary({ write: () => true, environment: {} })).toThrow("COUNTERSIGN_CANARY_TO is missing");
  });
});

describe("the canary's function", () => {
  it("starts with the process's own environment, and runs, with a key of its own", async () => {
    const storage = await freshStorage();
    const path = await keyFile("own.json", { canary: v2SecretText(7), current: "the secret of all publishers" });
    const environment = await startStage({ storage, keyFile: path });
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const { handler } = await import("../../../functions/canary/handler.ts");
    await handler();
    const stored = (await storedIn(storage)).map(({ counter_name, dialect }) => `${counter_name} ${dialect}`);
    expect(stored).toEqual(Array(3).fill(`${CANARY_METER} v2`));
  });
});
