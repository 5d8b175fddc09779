import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { changeKeys, KEEP_RETIRED_MS } from "../../lib/keys/change-keys.ts";
import { type KeyEntry, parseKeySet } from "../../lib/keys/key-set.ts";
import type { KeyStore } from "../../lib/keys/key-store.ts";
import { openKeyStore } from "../../lib/keys/places/open-key-store.ts";
import { type SecretsManagerServer, startSecretsManager } from "../support/secrets-manager-server.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:telemetry-Ab12Cd";
const NOW = Date.UTC(2026, 10, 22, 10);

let server: SecretsManagerServer;
let folder: TemporaryFolder;
let path: string;
beforeAll(async () => {
  server = await startSecretsManager();
});
beforeEach(async () => {
  folder = await temporaryFolder();
  path = `${folder.path}/keys.json`;
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  server.put('{"first": "secret of first"}');
  server.beforePut = () => undefined;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder.remove();
});
afterAll(() => server.close());

function storeOf(place: string): KeyStore {
  const store = openKeyStore(place, "default");
  if ("problem" in store) throw new Error(store.problem);
  return store;
}

function adding(id: string) {
  return (entries: readonly KeyEntry[]) => [...entries, { id, secret: `secret of ${id}` }];
}

async function idsIn(store: KeyStore): Promise<readonly string[]> {
  const read = await store.read();
  const parsed = parseKeySet(read.ok ? read.text : undefined);
  return parsed.ok ? parsed.entries.map(({ id }) => id).toSorted() : [parsed.problem];
}

describe.each([
  ["a file", () => path],
  ["Secrets Manager", () => ARN],
])("changing the keys in %s", (_what, place) => {
  beforeEach(() => writeFile(path, '{"first": "secret of first"}', { mode: 0o600 }));

  it("keeps every change of several that come at once", async () => {
    const stores = ["a", "b", "c"].map((id) => ({ id, store: storeOf(place()) }));
    const changes = await Promise.all(stores.map(async ({ id, store }) => changeKeys(store, adding(id), false, NOW)));
    const lost = changes.filter((change) => !change.ok || change.warning !== undefined).length;
    const ids = await idsIn(storeOf(place()));
    for (const { store } of stores) store.close();
    // Secrets Manager can't compare and write in one step: then at least one says that something is missing.
    expect(ids.length === 4 || (place() === ARN && lost > 0)).toBe(true);
  });

  it("changes anew what somebody else has changed meanwhile", async () => {
    const store = storeOf(place());
    const other = storeOf(place());
    let attempts = 0;
    const slow: KeyStore = {
      ...store,
      async write(text, basis) {
        if (attempts++ === 0) await changeKeys(other, adding("other"), false, NOW);
        return store.write(text, basis);
      },
    };
    expect(await changeKeys(slow, adding("mine"), false, NOW)).toEqual({ ok: true, dropped: [] });
    expect([attempts, await idsIn(store)]).toEqual([2, ["first", "mine", "other"]]);
    store.close();
    other.close();
  });

  it("forgets what was retired longer ago than any message can be on its way", async () => {
    const store = storeOf(place());
    const retired = (id: string, retiredAt: number): KeyEntry => ({ id, secret: `secret of ${id}`, retiredAt });
    const change = (entries: readonly KeyEntry[]) => [
      ...entries,
      retired("just", NOW - KEEP_RETIRED_MS + 1),
      retired("long", NOW - KEEP_RETIRED_MS),
    ];
    expect(await changeKeys(store, change, false, NOW)).toEqual({ ok: true, dropped: ["long"] });
    expect(await idsIn(store)).toEqual(["first", "just"]);
    // Twice through a queue (4 days) and its dead letters (14), and then in the quarantine (30).
    expect(KEEP_RETIRED_MS).toBe(66 * 86_400_000);
    store.close();
  });

  it("writes nothing that a collector would not take", async () => {
    const store = storeOf(place());
    const problems: unknown[] = [];
    for (const id of ["first", "a.b", "x".repeat(60_000)])
      problems.push(await changeKeys(store, adding(id), false, NOW));
    expect(problems).toEqual([
      { ok: false, problem: 'the key id "first" is given twice: rename one of the two' },
      { ok: false, problem: expect.stringContaining("can't be used") },
      { ok: false, problem: "the set of keys is longer than 65536 bytes: remove keys that were retired" },
    ]);
    expect(await idsIn(store)).toEqual(["first"]);
    store.close();
  });
});

describe("a file of keys", () => {
  it("is made for its owner alone, where that is wanted", async () => {
    const store = storeOf(path);
    expect(await changeKeys(store, adding("a"), false, NOW)).toEqual({
      ok: false,
      problem: `the file ${path} does not exist`,
    });
    expect(await changeKeys(store, adding("a"), true, NOW)).toEqual({ ok: true, dropped: [] });
    expect([await readFile(path, "utf8"), (await stat(path)).mode & 0o777, await readdir(folder.path)]).toEqual([
      '{\n  "a": "secret of a"\n}\n',
      0o600,
      ["keys.json"],
    ]);
  });

  it("keeps its group's right to read, takes away everybody else's, and stays where a link leads", async () => {
    await writeFile(path, '{"first": "secret of first"}');
    await chmod(path, 0o644);
    await symlink(path, `${path}.link`);
    const store = storeOf(`${path}.link`);
    expect(await store.read()).toMatchObject({ ok: true, warning: expect.stringContaining("other users: chmod go-r") });
    expect(await changeKeys(store, adding("a"), false, NOW)).toEqual({ ok: true, dropped: [] });
    expect([await idsIn(storeOf(path)), (await stat(path)).mode & 0o777]).toEqual([["a", "first"], 0o640]);
  });

  it("is not changed while somebody else is at it, and says what to do if that one was interrupted", async () => {
    await writeFile(path, '{"first": "secret of first"}', { mode: 0o600 });
    await writeFile(`${path}.writing`, "");
    const store = storeOf(path);
    const read = await store.read();
    expect(await store.write("{}", read.ok ? read.version : undefined)).toEqual({
      ok: false,
      problem: `${path}.writing is there: somebody else is changing the keys, or was interrupted; in that case remove it`,
      again: true,
    });
    expect(await idsIn(store)).toEqual(["first"]);
  });

  it.each([
    ["a folder", () => folder.path, "is no regular file"],
    ["a device without end", () => "/dev/zero", /is no regular file|can be changed/],
  ])("is not %s", async (_what, place, problem) => {
    const read = await storeOf(place()).read();
    expect(read).toMatchObject({ ok: false, problem: expect.stringMatching(problem), transient: false });
  });

  it("is read no further than a set of keys may be long", async () => {
    await writeFile(path, " ".repeat(200_000), { mode: 0o600 });
    expect(await idsIn(storeOf(path))).toEqual(["is longer than 65536 bytes: remove keys that were retired"]);
  });
});
