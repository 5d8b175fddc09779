import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseKeySet } from "../../../lib/keys/key-set.ts";
import {
  ago,
  DAY,
  type KeysCommand,
  keysCommandWithServices,
  SECRET_ARN,
  V2_SECRET,
} from "../../support/keys-command.ts";

let keys: KeysCommand;
beforeEach(async () => {
  keys = await keysCommandWithServices();
});
afterEach(() => keys.close());

describe("countersign keys retire", () => {
  const next = { secret: "y", addedAt: ago(DAY) };

  it("sets a time after which the key is refused, twice the cache lifetime from now unless told", async () => {
    for (const [args, grace] of [
      [[], 600_000],
      [["--cache-seconds", "60"], 120_000],
      [["--grace", "2h"], 7_200_000],
    ] as const) {
      await keys.keep({ old: "x", next });
      await keys.noteUses({ old: ago(8 * DAY), next: ago(1_000) });
      const before = Date.now();
      const { code, out, err } = await keys.run("retire", "old", ...args);
      const retiredAt = Date.parse(JSON.parse(out[0] ?? "").retiredAt);
      expect([code, JSON.parse(out[0] ?? "").id, err]).toEqual([0, "old", expect.stringContaining("stays good")]);
      expect(Math.abs(retiredAt - before - grace)).toBeLessThan(5_000);
      expect(await keys.kept()).toMatchObject([{ id: "old", retiredAt: expect.any(Number) }, { id: "next" }]);
    }
  });

  it.each<[string, Readonly<Record<string, string>> | undefined, readonly string[], string]>([
    ["was used within a week", { old: ago(6 * DAY) }, [], "less than 7 days ago"],
    [
      "was used within the days that were given",
      { old: ago(13 * DAY) },
      ["--unused-days", "14"],
      "less than 14 days ago",
    ],
    ["has unknown uses", undefined, [], "its last use can't be told: no uses can be read from"],
  ])("refuses a key that %s, unless forced", async (_what, lastUsed, args, problem) => {
    await keys.keep({ old: "x", next });
    if (lastUsed !== undefined) await keys.noteUses(lastUsed);
    expect(await keys.run("retire", "old", ...args)).toEqual({
      code: 1,
      out: [],
      err: expect.stringContaining(problem),
    });
    expect(await keys.kept()).toEqual([{ id: "old", secret: "x" }, expect.objectContaining({ id: "next" })]);
    expect(await keys.run("retire", "old", "--force")).toMatchObject({ code: 0 });
  });

  it("refuses a key whose uses are known since too short a time", async () => {
    await keys.keep({ old: "x", next });
    await keys.noteUses({ next: ago(1_000) }, ago(6 * DAY));
    expect(await keys.run("retire", "old")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/known since .* only, less than 7 days/),
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["there is none", {}],
    ["it is not known to every collector yet", { next: { secret: "y", addedAt: ago(299_000) } }],
    ["it is retiring, too", { next: { ...next, retiredAt: "2999-01-01T00:00:00Z" } }],
    ["it is of another scheme", { next: { ...next, secret: V2_SECRET } }],
    ["it is accepted from fewer networks", { next: { ...next, from: ["10.0.0.0/8"] } }],
    ["it is accepted for fewer publishers", { next: { ...next, publishers: ["host-1"] } }],
  ])("refuses where no other key stands in, because %s", async (_what, others) => {
    await keys.keep({ old: "x", ...others });
    await keys.noteUses({});
    expect(await keys.run("retire", "old")).toMatchObject({
      code: 1,
      err: expect.stringContaining("accepted wherever it is: add one, and wait until it is ready"),
    });
    expect(await keys.run("retire", "old", "--force")).toMatchObject({ code: 0 });
  });

  it("takes for a publisher's key another one of that publisher", async () => {
    await keys.keep({
      old: { secret: "x", publishers: ["host-1"] },
      next: { ...next, publishers: ["host-2", "host-1"] },
    });
    await keys.noteUses({});
    expect(await keys.run("retire", "old")).toMatchObject({ code: 0 });
  });

  it("retires at once only by force, for a secret that leaked, and never puts a retirement off", async () => {
    await keys.keep({ old: "x", next });
    await keys.noteUses({});
    expect(await keys.run("retire", "old", "--grace", "0s")).toMatchObject({
      code: 2,
      err: expect.stringContaining("give at least the cache lifetime, 300s, or --force"),
    });
    expect(await keys.run("retire", "old")).toMatchObject({ code: 0 });
    const already = { code: 1, out: [], err: expect.stringContaining("--force can only bring that forward") };
    expect(await keys.run("retire", "old", "--grace", "1d")).toEqual(already);
    expect(await keys.run("retire", "old", "--grace", "1d", "--force")).toEqual(already);
    expect(await keys.run("retire", "old", "--grace", "0s", "--force")).toMatchObject({ code: 0 });
    expect((await keys.run("list", "--json")).out.map((line) => JSON.parse(line).state)).toEqual(["retired", "active"]);
  });

  it("removes what was retired long ago, and says so", async () => {
    await keys.keep({
      ancient: { secret: "z", retiredAt: ago(67 * DAY) },
      recent: { secret: "w", retiredAt: ago(65 * DAY) },
      old: "x",
      next,
    });
    await keys.noteUses({});
    expect(await keys.run("retire", "old")).toMatchObject({
      code: 0,
      err: expect.stringContaining("removed now: ancient"),
    });
    expect(await keys.kept()).toMatchObject([{ id: "recent" }, { id: "old" }, { id: "next" }]);
  });

  it.each<[readonly string[], string]>([
    [["gone"], 'there is no key "gone"; keys list shows them'],
    [[], "give one key id"],
    [["old", "--grace", "soon"], "--grace: expected a time such as"],
    [["old", "--unused-days", "0"], "--unused-days: expected 1 to 50"],
    [["old", "--unused-days", "51"], "--unused-days: expected 1 to 50"],
  ])("says what is wrong with %j", async (args, problem) => {
    await keys.keep({ old: "x", next });
    await keys.noteUses({});
    expect(await keys.run("retire", ...args)).toMatchObject({ out: [], err: expect.stringContaining(problem) });
  });

  it("asks the log about keys in Secrets Manager, of the stage that is named", async () => {
    keys.secretsManager.put(JSON.stringify({ old: "x", next }));
    const used = (hoursAgo: number, KeyUsed: string) => ({
      at: Date.now() - hoursAgo * 3_600_000,
      fields: { Stage: "prod", KeyUsed },
    });
    const log = "Countersign-prod-QueueCollectorLog0A1B-xyz";
    keys.logs.groups.set(log, [used(200, "old"), used(1, "next"), used(100, "old")]);
    expect(await keys.run("retire", "old", "--keys", SECRET_ARN)).toMatchObject({
      code: 1,
      err: expect.stringContaining("no log group in this region begins with Countersign-default-"),
    });
    const refused = await keys.run("retire", "old", "--keys", SECRET_ARN, "--stage", "prod");
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("it was used at") });
    keys.logs.groups.set(log, [used(200, "old"), used(1, "next")]);
    expect(await keys.run("retire", "old", "--keys", SECRET_ARN, "--stage", "prod")).toMatchObject({ code: 0 });
    const parsed = parseKeySet(keys.secretsManager.current());
    expect(parsed.ok && parsed.entries[0]).toEqual({ id: "old", secret: "x", retiredAt: expect.any(Number) });
  });
});
