import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import {
  closeParts,
  openParts,
  openPartsInTime,
  type Parts,
  type PartsSettings,
} from "../../lib/assembly/open-parts.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { listenerNames } from "../../lib/sample/listener-name.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const settings: PartsSettings = {
  drivers: allDrivers,
  storage: "memory:",
  spillQueue: null,
  quarantine: null,
  secrets: ["a secret of the tests"],
  allowDefaultSecret: false,
  keyFile: null,
  secretArn: null,
  keyCacheSeconds: 300,
  dialects: ["py3"],
  extraFields: [],
  timeWindow: false,
  legacyListeners: listenerNames,
};

let folder: TemporaryFolder;
let server: DynamoDbServer | undefined;
const opened: Parts[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const parts of opened.splice(0)) await closeParts(parts);
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
});
afterAll(() => folder.remove());

function logging() {
  const lines: string[] = [];
  const logger = createLogger((line) => lines.push(line));
  return { logger, log: () => lines.map((line) => JSON.parse(line)) };
}

/** A storage at a port where nothing listens yet. */
async function unreachable() {
  const port = await freePort();
  return { port, storage: `dynamodb://samples?endpoint=http://127.0.0.1:${port}` };
}

const refused = (port: number) =>
  expect.stringMatching(`^the table samples at http://127\\.0\\.0\\.1:${port} can't be opened: .*ECONNREFUSED`);

describe("the parts of a collector", () => {
  it("are what the settings name, and no more", async () => {
    const [few, all] = await Promise.all([
      openParts(settings, logging().logger),
      openParts(
        {
          ...settings,
          spillQueue: "http://127.0.0.1:9/000000000000/spill",
          quarantine: pathToFileURL(`${folder.path}/quarantine`).href,
        },
        logging().logger,
      ),
    ]);
    if (!few.ok || !all.ok) throw new Error("not opened");
    opened.push(few.parts, all.parts);
    expect([few.parts.storage.name, few.parts.spillQueue, few.parts.quarantine]).toEqual([
      "memory",
      undefined,
      undefined,
    ]);
    expect(few.parts.keys.current().legacy.map(({ id }) => id)).toEqual(["secret-1"]);
    expect([all.parts.spillQueue?.maxBytes, all.parts.quarantine?.perMinute]).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    await closeParts(few.parts);
  });

  it("are not opened, for now, while storage does not answer", async () => {
    const { port, storage } = await unreachable();
    expect(await openParts({ ...settings, storage }, logging().logger)).toEqual({
      ok: false,
      problems: [refused(port)],
      transient: true,
    });
  });

  it("are not opened for good where anything can't heal by itself, and all of it is said", async () => {
    const { port, storage } = await unreachable();
    const wrong = { ...settings, storage, secrets: [], spillQueue: "spill", quarantine: "ftp://x" };
    expect(await openParts(wrong, logging().logger)).toEqual({
      ok: false,
      problems: [
        expect.stringMatching(/^a secret is missing/),
        refused(port),
        expect.stringContaining("ftp://x"),
        expect.stringContaining('not a queue URL: "spill"'),
      ],
      transient: false,
    });
  });
});

describe("a retention that is shorter than the time window", () => {
  const days = (count: number) => `memory:,dynamodb://samples?endpoint=http://127.0.0.1:9&retention_days=${count}`;

  it("ends the start, whatever else may heal", async () => {
    expect(await openParts({ ...settings, storage: days(83), timeWindow: true }, logging().logger)).toEqual({
      ok: false,
      problems: [
        '"dynamodb://samples?endpoint=http://127.0.0.1:9&retention_days=83": retention_days: expected at least 84, which is longer than the time window and what waits in queues and quarantine, or leave out --time-window, or set COUNTERSIGN_TIME_WINDOW to false',
        expect.stringContaining("ECONNREFUSED"),
      ],
      transient: false,
    });
  });

  it.each([
    ["as long as it has to be", days(84), true],
    ["without the time window", days(1), false],
  ])("is none %s", async (_how, storage, timeWindow) => {
    expect(await openParts({ ...settings, storage, timeWindow }, logging().logger)).toEqual({
      ok: false,
      problems: [expect.stringContaining("ECONNREFUSED")],
      transient: true,
    });
  });
});

describe("a start that waits", () => {
  it("opens all as soon as storage is there", async () => {
    const { port, storage } = await unreachable();
    const { logger, log } = logging();
    const opening = openPartsInTime({ ...settings, storage }, logger, new AbortController().signal, {
      firstPauseMs: 5,
      random: () => 1,
    });
    await eventually("two attempts", () => log().length >= 2);
    server = await startDynamoDb({ port });
    const waited = await opening;
    if (!waited.ok) throw new Error(waited.problems.join());
    opened.push(waited.parts);
    expect(await waited.parts.storage.record([aSample()])).toEqual([{ kind: "recorded" }]);
    const entry = (milliseconds: number) => ({
      level: "warn",
      message: "can't start yet, to be tried again",
      problems: [refused(port)],
      milliseconds,
    });
    expect(log().slice(0, 2)).toEqual([entry(5), entry(10)]);
  });

  it("ends when somebody says stop, and says what it waited for", async () => {
    const { port, storage } = await unreachable();
    const { logger, log } = logging();
    const stop = new AbortController();
    const opening = openPartsInTime({ ...settings, storage }, logger, stop.signal, { firstPauseMs: 60_000 });
    await eventually("it waits", () => log().length === 1);
    stop.abort();
    expect(await opening).toEqual({
      ok: false,
      problems: [refused(port), "asked to stop before the start"],
      transient: true,
    });
  });

  it("says that it waits where nobody refuses and nobody answers", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const storage = `dynamodb://samples?region=eu-west-1&endpoint=http://127.0.0.1:${address.port}`;
    const { logger, log } = logging();
    const stop = new AbortController();
    const opening = openPartsInTime({ ...settings, storage }, logger, stop.signal, { silentMs: 20 });
    await eventually("a line", () => log().length === 1);
    const message = "can't start yet: storage, keys or quarantine have not answered, and are waited for";
    expect(log()).toEqual([{ level: "warn", message, milliseconds: 20 }]);
    stop.abort();
    silent.close();
    silent.closeAllConnections();
    expect(await opening).toMatchObject({ ok: false, transient: true });
  });

  it("does not wait for what can't heal", async () => {
    const { logger, log } = logging();
    const { storage } = await unreachable();
    const never = new AbortController().signal;
    expect(
      await openPartsInTime({ ...settings, storage, secrets: [""] }, logger, never, { firstPauseMs: 60_000 }),
    ).toMatchObject({
      ok: false,
      transient: false,
    });
    expect(log()).toEqual([]);
  });
});

describe("a start that needs no storage", () => {
  const late = { ...settings, startsWithoutStorage: true };
  const never = new AbortController().signal;

  it("gives the parts while storage and the quarantine's bucket are not there", async () => {
    const { port, storage } = await unreachable();
    const { logger, log } = logging();
    const quarantine = `s3://rejected/x?endpoint=http://127.0.0.1:${port}`;
    const started = await openPartsInTime({ ...late, storage, quarantine }, logger, never, { firstPauseMs: 60_000 });
    if (!started.ok) throw new Error(started.problems.join());
    opened.push(started.parts);
    expect([started.parts.storage.name, started.parts.late?.missing()]).toEqual(["dynamodb", refused(port)]);
    expect(log().map(({ message }) => message)).toEqual(["storage can't be opened yet, to be tried again"]);
  });

  it("waits for keys all the same", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://127.0.0.1:${await freePort()}`);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    const { storage } = await unreachable();
    const { logger, log } = logging();
    const stop = new AbortController();
    const secretArn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:keys";
    const opening = openPartsInTime({ ...late, storage, secretArn }, logger, stop.signal, { firstPauseMs: 60_000 });
    const waits = () => log().find(({ message }) => message === "can't start yet, to be tried again");
    await eventually("it waits", () => waits() !== undefined);
    stop.abort();
    const problem = expect.stringMatching(/^the secret arn:aws.*ECONNREFUSED/);
    expect(waits()).toMatchObject({ problems: [problem] });
    expect(await opening).toMatchObject({ ok: false, problems: [problem, "asked to stop before the start"] });
  });

  it("is none where a URL names no storage, or its retention is too short", async () => {
    const { logger } = logging();
    expect(await openPartsInTime({ ...late, storage: "ftp://x" }, logger, never)).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^unknown storage "ftp:\/\/x"/)],
      transient: false,
    });
    const storage = "dynamodb://samples?endpoint=http://127.0.0.1:9&retention_days=1";
    expect(await openPartsInTime({ ...late, storage, timeWindow: true }, logger, never)).toMatchObject({
      ok: false,
      problems: [expect.stringContaining("retention_days: expected at least 84")],
      transient: false,
    });
  });
});
