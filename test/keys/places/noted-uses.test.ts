import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixedKeys, type KeySource } from "../../../lib/keys/keyring.ts";
import { toKeys } from "../../../lib/keys/make-keys.ts";
import { lastUsedPath, NOTE_EVERY_MS, readLastUsed } from "../../../lib/keys/places/last-used-file.ts";
import { withNotedUses } from "../../../lib/keys/places/noted-uses.ts";
import { createLogger } from "../../../lib/log/logger.ts";
import { eventually } from "../../support/eventually.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const START = Date.UTC(2026, 10, 22, 10);

let folder: TemporaryFolder;
let keyFile: string;
let time: number;
let log: string[];
beforeEach(async () => {
  folder = await temporaryFolder();
  keyFile = `${folder.path}/keys.json`;
  time = START;
  log = [];
});
afterEach(() => folder.remove());

function noted(everyMs = NOTE_EVERY_MS): KeySource {
  const made = toKeys([{ id: "a", secret: "a secret of this test" }], false);
  if (!made.ok) throw new Error(made.problem);
  return withNotedUses(fixedKeys(made.keys), {
    keyFile,
    logger: createLogger((line) => log.push(line)),
    everyMs,
    now: () => time,
  });
}

describe("noting when keys were last used", () => {
  it("writes beside the file of keys, at the end and for its owner alone", async () => {
    const keys = noted();
    keys.used("a");
    time += 5_000;
    await Promise.all([keys.close(), keys.close()]);
    expect(JSON.parse(await readFile(lastUsedPath(keyFile), "utf8"))).toEqual({
      since: "2026-11-22T10:00:00.000Z",
      notedAt: "2026-11-22T10:00:05.000Z",
      lastUsed: { a: "2026-11-22T10:00:05.000Z" },
    });
    expect(await readdir(folder.path)).toEqual(["keys.json.last-used.json"]);
  });

  it("writes as it goes, and keeps the time of a key that is not used again", async () => {
    const keys = noted(5);
    keys.used("a");
    await eventually("a use is noted", () => existsSync(lastUsedPath(keyFile)));
    time += 60_000;
    await keys.close();
    expect(await readLastUsed(keyFile, time)).toEqual({ ok: true, since: START, uses: new Map([["a", START]]) });
  });

  it("adds to what others have noted, keeping the newest use and the earliest beginning", async () => {
    const first = noted();
    first.used("a");
    first.used("b");
    await first.close();
    time += 60_000;
    const second = noted();
    second.used("b");
    time += 1_000;
    await second.close();
    expect(await readLastUsed(keyFile, time)).toEqual({
      ok: true,
      since: START,
      uses: new Map([
        ["a", START],
        ["b", START + 61_000],
      ]),
    });
  });

  it("tells once that it can't, and goes on", async () => {
    await rm(folder.path, { recursive: true });
    const keys = noted(2);
    await eventually("a failure is told", () => log.length > 0);
    await keys.close();
    expect(log.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "the last use of keys can't be noted",
        cause: expect.stringContaining("ENOENT"),
      },
    ]);
    await mkdir(folder.path);
  });
});

describe("reading when keys were last used", () => {
  it.each<[string, string | undefined, RegExp]>([
    ["nothing was noted", undefined, /no uses can be read from .*: no collector has noted any there yet/],
    [
      "it was noted too long ago",
      '{"since":"2026-11-01T00:00:00Z","notedAt":"2026-11-22T09:49:59Z","lastUsed":{}}',
      /no collector has noted uses in .* since 2026-11-22T09:49:59.000Z: is it running\?/,
    ],
    ["it is no JSON", "{", /no uses can be read from/],
    [
      "it has no beginning",
      '{"notedAt":"2026-11-22T10:00:00Z","lastUsed":{}}',
      /it does not hold what a collector notes/,
    ],
    [
      "a time is none",
      '{"since":"2026-11-01T00:00:00Z","notedAt":"2026-11-22T10:00:00Z","lastUsed":{"a":7}}',
      /it does not hold what a collector notes/,
    ],
    ["it is huge", " ".repeat(200_000), /it is too long/],
  ])("can't be done where %s", async (_what, text, problem) => {
    if (text !== undefined) await writeFile(lastUsedPath(keyFile), text);
    expect(await readLastUsed(keyFile, START)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});
