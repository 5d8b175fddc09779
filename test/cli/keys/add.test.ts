import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseKeySet } from "../../../lib/keys/key-set.ts";
import { type KeysCommand, keysCommandWithServices, SECRET_ARN, V2_SECRET } from "../../support/keys-command.ts";

let keys: KeysCommand;
beforeEach(async () => {
  keys = await keysCommandWithServices();
});
afterEach(() => keys.close());

describe("countersign keys add", () => {
  it("makes a legacy key and shows its secret once, with the time from which publishers may use it", async () => {
    const before = Date.now();
    const { code, out, err } = await keys.run("add", "2027");
    expect([code, out.length]).toEqual([0, 1]);
    const shown = JSON.parse(out[0] ?? "");
    expect(shown).toEqual({
      id: "2027",
      secret: expect.stringMatching(/^[A-Za-z0-9]{48}$/),
      readyAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(Math.abs(Date.parse(shown.readyAt) - before - 310_000)).toBeLessThan(5_000);
    expect(err).toBe(`publishers may change over to 2027 after ${shown.readyAt}: then every collector has read it`);
    expect(await keys.kept()).toEqual([{ id: "2027", secret: shown.secret, addedAt: expect.any(Number) }]);
  });

  it("makes one of signature v2, for some networks and publishers", async () => {
    await keys.keep({ first: "x" });
    const restrictions = ["--from", "10.0.0.0/8", "--from", "2001:db8::/32", "--publisher", "host-1"];
    const { out } = await keys.run("add", "host-1", "--v2", ...restrictions, "--cache-seconds", "60");
    const { secret } = JSON.parse(out[0] ?? "");
    expect(Buffer.from(secret.replace(/^whsec_/, ""), "base64")).toHaveLength(32);
    expect(await keys.kept()).toEqual([
      { id: "first", secret: "x" },
      {
        id: "host-1",
        secret,
        from: ["10.0.0.0/8", "2001:db8::/32"],
        publishers: ["host-1"],
        addedAt: expect.any(Number),
      },
    ]);
  });

  it("takes a secret that publishers have already, and does not repeat it", async () => {
    const file = `${keys.folder}/secret`;
    await writeFile(file, "hush hush\n");
    const { code, out, err } = await keys.run("add", "old", "--secret-file", file);
    expect([code, JSON.parse(out[0] ?? "")]).toEqual([0, { id: "old", readyAt: expect.any(String) }]);
    expect(out.join() + err).not.toContain("hush");
    expect(await keys.kept()).toMatchObject([{ id: "old", secret: "hush hush" }]);
  });

  it.each<[string, readonly string[], string | undefined, number, string]>([
    ["an id that is there", ["first"], undefined, 1, 'the key id "first" is there already: choose another one'],
    ["no id", [], undefined, 2, "give one key id"],
    ["two ids", ["a", "b"], undefined, 2, "give one key id"],
    ["an id with a dot", ["a.b"], undefined, 2, "can't be used"],
    ["no network", ["a", "--from", "10.0.0.0/99"], undefined, 2, "not a network"],
    ["a secret that is there", ["a", "--secret-file", "F"], "hush hush", 1, 'the key "first" has that secret already'],
    ["a default secret", ["a", "--secret-file", "F"], "change this or be hacked", 2, "lets anybody sign"],
    ["a short secret", ["a", "--secret-file", "F"], "hus", 2, "a secret of less than 4 characters"],
    ["a byte-order mark", ["a", "--secret-file", "F"], "\ufeffhush hush hush", 2, "begins with a byte-order mark"],
    [
      "a secret for an id",
      ["aB3dE5gH7jK9mN1pQ3sT5vW7yZ"],
      undefined,
      2,
      "a key id of 26 characters looks like a secret",
    ],
    ["an address for a network", ["a", "--from", "10.0.0.1/8"], undefined, 2, "names an address inside its network"],
    ["every address for a network", ["a", "--from", "::/0"], undefined, 2, "is every address"],
    ["an empty secret", ["a", "--secret-file", "F"], "", 2, "lets anybody sign"],
    ["a v2 secret for a legacy key", ["a", "--secret-file", "F"], V2_SECRET, 2, "give --v2"],
    ["a legacy secret for a v2 key", ["a", "--v2", "--secret-file", "F"], "husher", 2, "does not begin with whsec_"],
    ["a v2 key of a legacy secret's bytes", ["a", "--v2", "--secret-file", "F"], "SAME", 1, "made of a legacy secret"],
    ["no file", ["a", "--secret-file", "/nowhere"], undefined, 2, "can't read the secret file"],
    ["an option that is none", ["a", "--form", "10.0.0.0/8"], undefined, 2, "see countersign keys --help"],
    ["no cache lifetime", ["a", "--cache-seconds", "0"], undefined, 2, "--cache-seconds: expected"],
  ])("refuses %s and changes nothing", async (_what, args, secret, code, problem) => {
    const long = "h".repeat(32);
    await keys.keep({ first: "hush hush", long });
    if (secret !== undefined) {
      const text = secret === "SAME" ? `whsec_${Buffer.from(long).toString("base64")}` : secret;
      await writeFile(`${keys.folder}/secret`, text);
    }
    const refused = await keys.run("add", ...args.map((arg) => (arg === "F" ? `${keys.folder}/secret` : arg)));
    expect(refused).toEqual({ code, out: [], err: expect.stringContaining(problem) });
    expect(refused.err).not.toContain("hush");
    expect(await keys.kept()).toHaveLength(2);
  });

  it("warns of a secret that a publisher would read otherwise, and takes it as it is", async () => {
    const file = `${keys.folder}/secret`;
    await writeFile(file, ' "hush hush hush"\n', { mode: 0o644 });
    const { code, err } = await keys.run("add", "old", "--secret-file", file);
    expect([code, await keys.kept()]).toMatchObject([0, [{ id: "old", secret: ' "hush hush hush"' }]]);
    expect(err.split("\n").slice(0, 2)).toEqual([
      `warning: the file ${file} holds secrets and can be read by other users: chmod go-r`,
      `warning: the key id "old" has blanks or line ends and quotes at the ends of its secret, which count here: take them out, as a publisher's oslo.config would have stripped them from telemetry_secret`,
    ]);
  });

  it("adds to a secret in Secrets Manager", async () => {
    keys.secretsManager.put('{"current": "x"}');
    const { code, out } = await keys.run("add", "next", "--keys", SECRET_ARN);
    const parsed = parseKeySet(keys.secretsManager.current());
    expect([code, parsed]).toEqual([
      0,
      {
        ok: true,
        entries: [
          { id: "current", secret: "x" },
          { id: "next", secret: JSON.parse(out[0] ?? "").secret, addedAt: expect.any(Number) },
        ],
      },
    ]);
  });

  it("shows the secret, and fails with a warning, where somebody else wrote at the same moment", async () => {
    keys.secretsManager.put('{"current": "x"}');
    keys.secretsManager.beforePut = () => void keys.secretsManager.put('{"current": "x", "other": "y"}');
    const { code, out, err } = await keys.run("add", "next", "--keys", SECRET_ARN);
    keys.secretsManager.beforePut = () => undefined;
    expect([code, JSON.parse(out[0] ?? "")]).toEqual([1, expect.objectContaining({ id: "next" })]);
    expect(err).toContain("was changed by two at the same time");
  });
});
