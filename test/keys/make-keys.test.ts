import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeyEntry, parseKeySet } from "../../lib/keys/key-set.ts";
import { toKeys } from "../../lib/keys/make-keys.ts";

const SECRET = "a good long secret";

function problemOf(entries: readonly KeyEntry[], allowDefaultSecret = false): string {
  const made = toKeys(entries, allowDefaultSecret);
  return made.ok ? "" : made.problem;
}

describe("a key that nobody can have meant", () => {
  it.each(["x", "hu", "hus", "\u{1f600}\u{1f600}\u{1f600}"])("is refused with the secret %j", (secret) => {
    const problem = problemOf([{ id: "a", secret }]);
    expect(problem).toMatch(/^a secret of less than 4 characters lets anybody sign .*\(the key id "a"\)/);
    expect(problem).not.toContain(secret === "x" ? '"x"' : secret);
  });

  it("is accepted with a short secret while publishers change over, and warned of", () => {
    const made = toKeys([{ id: "a", secret: "hus" }], true);
    expect(made).toMatchObject({
      ok: true,
      warning: expect.stringMatching(/^the key id "a" has a secret of 3 characters/),
    });
  });

  it("is warned of with a word for a secret, and not with sixteen characters", () => {
    const warnings = ["secret", "fifteen letters", "sixteen letters!"].map((secret) => {
      const made = toKeys([{ id: "a", secret }], false);
      return made.ok ? made.warning : made.problem;
    });
    expect(warnings).toEqual([
      expect.stringContaining("has a secret of 6 characters"),
      expect.stringContaining("has a secret of 15 characters"),
      undefined,
    ]);
  });

  it.each([
    ["a generated secret", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ"],
    ["hexadecimal digits", "9f86d081884c7d659a2feaa0c55ad015"],
    ["a v2 secret", "whsec_AQIDBAUGBwgJCgsMDQ4PEBES"],
    ["another key's secret", "hunter-of-metering"],
    ["what is no id", "hunter of metering"],
  ])("is refused with %s for its id, which is not repeated", (_what, id) => {
    const entries = [
      { id: "b", secret: "hunter-of-metering" },
      { id, secret: SECRET },
    ];
    const problem = problemOf(entries);
    expect(problem).toMatch(/looks like a secret|can't be used/);
    expect(problem).toContain(String(id.length));
    expect(problem).not.toContain(id);
  });

  it("is warned of with a UUID for its id, which is not repeated", () => {
    const id = "5a73bfe0-797e-466a-8188-dd0bcc0e9d57";
    const made = toKeys([{ id, secret: SECRET }], false);
    expect(made).toMatchObject({ ok: true, warning: expect.stringMatching(/^a key id is a UUID: [^0-9]*$/) });
  });
});

describe("a set with a name twice", () => {
  it.each([
    ["the same id", `{"b":"${SECRET}","a":"1","b":"hush"}`, 'has the key id "b" twice'],
    ["the same id, spelled otherwise", `{"b":"${SECRET}","\\u0062":"hush"}`, 'has the key id "b" twice'],
    ["a secret for an id", `{"aB3dE5gH7jK9mN1p":"1","aB3dE5gH7jK9mN1p":"2"}`, "has the key id that is 16 characters"],
    ["the same field", `{"b":{"secret":"${SECRET}","from":["10.0.0.0/8"],"from":["::/1"]}}`, 'the field "from" twice'],
  ])("is refused: %s", (_what, text, problem) => {
    expect(parseKeySet(text)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  it("is none where the same words stand in different objects, or in texts", () => {
    const text = `{"a":{"secret":"{\\"a\\":1,\\"a\\":2}","publishers":["a","a"]},"b":{"secret":"a"},"secret":"b"}`;
    expect(parseKeySet(text)).toMatchObject({ ok: true, entries: [{ id: "a" }, { id: "b" }, { id: "secret" }] });
  });

  it("is refused with a byte-order mark in front, in words", () => {
    expect(parseKeySet(`\ufeff{"a":"${SECRET}"}`)).toEqual({
      ok: false,
      problem: "begins with a byte-order mark (U+FEFF): save it without one",
    });
  });
});

describe("a network that restricts otherwise than it seems", () => {
  it.each([
    ["0.0.0.0/0", "is every address"],
    ["::/0", "is every address"],
    ["10.0.0.0/00", "is every address"],
    ["10.0.0.1/8", "names an address inside its network"],
    ["10.0.0.128/24", "names an address inside its network"],
    ["2001:db8::1/32", "names an address inside its network"],
    ["2001:db8:0:0:8000::/64", "names an address inside its network"],
    ["::ffff:10.0.0.1/104", "names an address inside its network"],
  ])("is refused: %s", (network, problem) => {
    expect(problemOf([{ id: "a", secret: SECRET, from: ["192.0.2.0/24", network] }])).toBe(
      `the key id "a": ${network} ${problem}${problem.startsWith("is") ? ", and so no restriction: name the networks, or leave them out" : `: write the network's first address before the slash, or ${network.split("/")[0]} alone for one address`}`,
    );
  });

  it("is taken with no bit behind its length, whatever the length", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.nat(0xffff_ffff), (length, number) => {
        const first = (BigInt(number) >> BigInt(32 - length)) << BigInt(32 - length);
        const address = [24n, 16n, 8n, 0n].map((shift) => (first >> shift) & 255n).join(".");
        const isFirst = first === BigInt(number);
        const written = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
        const problems = [address, written].map((one) =>
          problemOf([{ id: "a", secret: SECRET, from: [`${one}/${length}`] }]),
        );
        expect(problems).toEqual(["", isFirst ? "" : expect.stringContaining("inside its network")]);
      }),
    );
  });

  it("does not repeat what is nothing like a network", () => {
    const problem = problemOf([{ id: "a", secret: SECRET, from: ["hush hush"] }]);
    expect(problem).toBe(
      'the key id "a": not a network: a text of 9 characters; expected one such as 10.0.0.0/8 or 2001:db8::/32',
    );
  });
});
