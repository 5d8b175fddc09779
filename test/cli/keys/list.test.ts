import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ago, DAY, type KeysCommand, keysCommandWithServices, V2_SECRET } from "../../support/keys-command.ts";

let keys: KeysCommand;
beforeEach(async () => {
  keys = await keysCommandWithServices();
});
afterEach(() => keys.close());

describe("countersign keys list", () => {
  it("shows schemes, states, restrictions and last uses, and no secret", async () => {
    await keys.keep({
      first: "hush of sixteen 1",
      new: { secret: "hush hush hush hush 2", addedAt: ago(1_000) },
      known: { secret: "hush hush hush hush 3", addedAt: ago(DAY), from: ["10.0.0.0/8"], publishers: ["a", "b"] },
      leaving: { secret: V2_SECRET, retiredAt: "2999-01-01T00:00:00Z" },
      left: { secret: "hush hush hush hush 4", retiredAt: "2026-01-01T00:00:00Z" },
    });
    await keys.noteUses({ first: "2026-11-21T10:00:00.123Z" }, "2026-09-01T00:00:00Z");
    const { code, out, err } = await keys.run("list");
    expect([code, err]).toEqual([0, ""]);
    expect(out.map((line) => line.replace(/new until \S+ */, "new until TIME         "))).toEqual([
      "KEY ID   SCHEME  STATE                                 FROM        PUBLISHERS  LAST USE",
      "first    legacy  active                                any         any         2026-11-21T10:00:00.123Z",
      "new      legacy  new until TIME         any         any         none since 2026-09-01T00:00:00.000Z",
      "known    legacy  active                                10.0.0.0/8  a, b        none since 2026-09-01T00:00:00.000Z",
      "leaving  v2      retiring at 2999-01-01T00:00:00.000Z  any         any         none since 2026-09-01T00:00:00.000Z",
      "left     legacy  retired 2026-01-01T00:00:00.000Z      any         any         none since 2026-09-01T00:00:00.000Z",
    ]);
  });

  it("gives lines of JSON, with nulls for what can't be told", async () => {
    await keys.keep({ first: { secret: "hush hush hush hush", addedAt: "2026-01-01T00:00:00Z" } });
    const { code, out, err } = await keys.run("list", "--json");
    expect([code, out.map((line) => JSON.parse(line))]).toEqual([
      0,
      [
        {
          id: "first",
          scheme: "legacy",
          state: "active",
          readyAt: "2026-01-01T00:05:10.000Z",
          retiredAt: null,
          from: null,
          publishers: null,
          lastUsed: null,
          usesKnownSince: null,
        },
      ],
    ]);
    expect(err).toContain("the last use of keys can't be told: no uses can be read");
  });

  it("shows what no collector would take, and says so", async () => {
    await keys.keep({ "a.b": "hush hush hush hush" });
    const { code, out, err } = await keys.run("list");
    expect([code, out.length, err]).toEqual([
      1,
      2,
      expect.stringContaining("no collector takes these: the key id that is 3 characters long"),
    ]);
  });

  it("says where there is nothing to list", async () => {
    expect(await keys.run("list")).toEqual({ code: 1, out: [], err: expect.stringContaining("does not exist") });
    await keys.keep({});
    expect(await keys.run("list")).toEqual({ code: 1, out: [], err: expect.stringContaining("has no key id") });
    expect(await keys.run("list", "--keys", "arn:aws:s3:::x")).toMatchObject({ code: 2 });
    expect(await keys.run("list", "--keys", "")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--keys is missing"),
    });
    expect(await keys.run("remove")).toMatchObject({
      code: 2,
      err: expect.stringContaining("keys add, keys list or keys retire"),
    });
  });
});
