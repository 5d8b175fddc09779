import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Key } from "../../lib/keys/key.ts";
import { formatKeySet, type KeyEntry, MAX_KEY_SET_BYTES, parseKeySet } from "../../lib/keys/key-set.ts";
import { keyRefusal } from "../../lib/keys/keyring.ts";
import { entriesOfSecrets, toKeys } from "../../lib/keys/make-keys.ts";
import { anyCodePoint } from "../support/any-code-point.ts";

const v2Bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index + 1));
const v2Secret = `whsec_${v2Bytes.toString("base64")}`;

describe("reading a set of keys", () => {
  it("takes secrets as texts, and with restrictions and times as objects", () => {
    const text = `{
      "current": "legacy secret",
      "pub-7": "${v2Secret}",
      "old": {"secret": "older", "from": ["10.0.0.0/8"], "publishers": ["host-1"],
              "addedAt": "2026-11-22T10:00:00.000Z", "retiredAt": "2026-12-22T11:00+01:00"}
    }`;
    expect(parseKeySet(text)).toEqual({
      ok: true,
      entries: [
        { id: "current", secret: "legacy secret" },
        { id: "pub-7", secret: v2Secret },
        {
          id: "old",
          secret: "older",
          from: ["10.0.0.0/8"],
          publishers: ["host-1"],
          addedAt: Date.UTC(2026, 10, 22, 10),
          retiredAt: Date.UTC(2026, 11, 22, 10),
        },
      ],
    });
  });

  const noObject = 'is not a JSON object of key ids and secrets such as {"first":"…"}';
  it.each<[string, string | undefined, string]>([
    ["bytes", undefined, "holds bytes: store a JSON object of texts instead"],
    ["a bare text", "hush hush", noObject],
    ["a list", '["hush hush"]', noObject],
    ["null", "null", noObject],
    ["a broken object", '{"a":"hush hush"', noObject],
    ["no key id", "{}", "has no key id: add at least one with its secret"],
    ["a number", '{"a":"hush hush","b":7}', 'has neither a text nor an object for the key id "b"'],
    ["a list inside", '{"b":["hush hush"]}', 'has neither a text nor an object for the key id "b"'],
    ["an empty text", '{"a":"hush hush","b":""}', 'is empty for the key id "b"'],
    ["an empty secret", '{"b":{"secret":""}}', 'is empty for the key id "b"'],
    ["no secret", '{"b":{"from":["10.0.0.0/8"]}}', 'has no secret for the key id "b"'],
    [
      "a misspelled restriction",
      '{"b":{"secret":"hush hush","form":["10.0.0.0/8"]}}',
      'has an unknown field "form" for the key id "b": choose from secret, from, publishers, addedAt, retiredAt',
    ],
    [
      "a restriction to nothing",
      '{"b":{"secret":"hush hush","from":[]}}',
      'has no list of texts in from for the key id "b": give at least one, or leave it out',
    ],
    [
      "a publisher that is no text",
      '{"b":{"secret":"hush hush","publishers":[7]}}',
      'has no list of texts in publishers for the key id "b": give at least one, or leave it out',
    ],
    [
      "a time without a zone",
      '{"b":{"secret":"hush hush","retiredAt":"2026-11-22T10:00:00"}}',
      'has no time such as 2026-11-22T10:00:00.000Z in retiredAt for the key id "b"',
    ],
    [
      "a time that never was",
      '{"b":{"secret":"hush hush","addedAt":"2026-13-22T10:00:00Z"}}',
      'has no time such as 2026-11-22T10:00:00.000Z in addedAt for the key id "b"',
    ],
    [
      "more than Secrets Manager holds",
      JSON.stringify({ a: "é".repeat(MAX_KEY_SET_BYTES / 2) }),
      "is longer than 65536 bytes: remove keys that were retired",
    ],
    [
      "a long text in an id's place",
      `{"${"hush ".repeat(20)}":7}`,
      "has neither a text nor an object for the key id that is 100 characters long",
    ],
  ])("refuses %s, and repeats no secret", (_what, text, problem) => {
    expect(parseKeySet(text)).toEqual({ ok: false, problem });
    expect(problem).not.toContain("hush");
  });

  const entry: fc.Arbitrary<KeyEntry> = fc
    .record(
      {
        id: fc.oneof(fc.constantFrom("__proto__", "constructor", "7"), fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)),
        secret: fc.string({ minLength: 1, unit: anyCodePoint }),
        from: fc.array(fc.ipV4(), { minLength: 1, maxLength: 3 }),
        publishers: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
        addedAt: fc.integer({ min: 0, max: 4e12 }),
        retiredAt: fc.integer({ min: 0, max: 4e12 }),
      },
      { requiredKeys: ["id", "secret"] },
    )
    .map((one) => one);

  it("gives back what was written, whatever it is", () => {
    fc.assert(
      fc.property(fc.uniqueArray(entry, { minLength: 1, maxLength: 5, selector: ({ id }) => id }), (entries) => {
        const parsed = parseKeySet(formatKeySet(entries));
        const byId = (all: readonly KeyEntry[]) => all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        // An object has ids that are numbers in front.
        expect(parsed.ok && byId(parsed.entries)).toEqual(byId(entries));
      }),
    );
  });
});

function made(entries: readonly KeyEntry[], allowDefaultSecret = false): readonly Key[] {
  const keys = toKeys(entries, allowDefaultSecret);
  if (!keys.ok) throw new Error(keys.problem);
  return keys.keys;
}

describe("making keys of entries", () => {
  it("tells the scheme by the secret, whose text or decoded bytes sign", () => {
    const keys = made([
      { id: "a", secret: "zwölf of sixteen and more" },
      { id: "b", secret: v2Secret, addedAt: 5, retiredAt: 7 },
    ]);
    const shown = keys.map(({ secret, ...key }) => ({ ...key, secret: secret.export().toString("hex") }));
    expect(shown).toEqual([
      { id: "a", scheme: "legacy", secret: Buffer.from("zwölf of sixteen and more").toString("hex") },
      { id: "b", scheme: "v2", retiredAt: 7, secret: v2Bytes.toString("hex") },
    ]);
  });

  it.each([
    ["10.1.2.3", true],
    ["::ffff:10.1.2.3", true],
    ["11.1.2.3", false],
    ["192.0.2.7", true],
    ["192.0.2.8", false],
    ["2001:db8:1::9", true],
    ["2001:db9::9", false],
    [undefined, false],
  ])("accepts a key from its networks only: %s %s", (address, accepted) => {
    const [key] = made([
      { id: "a", secret: "s of sixteen and more", from: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"] },
    ]);
    const refusal = key && keyRefusal(key, { listener: "udp", address, receivedAt: 0 }, undefined);
    expect(refusal === undefined).toBe(accepted);
  });

  it("accepts a key for its publishers only", () => {
    const [key] = made([{ id: "a", secret: "s of sixteen and more", publishers: ["host-1"] }]);
    if (key === undefined) throw new Error("no key");
    const receipt = { listener: "udp", address: "10.0.0.1", receivedAt: 0 } as const;
    expect(["host-1", "host-2", undefined].map((publisher) => keyRefusal(key, receipt, publisher))).toEqual([
      undefined,
      'the key a is not accepted for the publisher "host-2"',
      "the key a is not accepted for messages that name no publisher",
    ]);
  });

  it("names secrets that were given without ids", () => {
    expect(made(entriesOfSecrets(["one of the secrets", v2Secret])).map(({ id, scheme }) => [id, scheme])).toEqual([
      ["secret-1", "legacy"],
      ["secret-2", "v2"],
    ]);
  });

  it.each<[string, readonly KeyEntry[], RegExp]>([
    ["none", [], /^a secret is missing: .*--secret-file.*--allow-default-secret/],
    ["an empty secret", [{ id: "a", secret: "" }], /lets anybody sign \(the key id "a"\): .*--allow-default-secret/],
    [
      "a default secret",
      [
        { id: "a", secret: "good of sixteen and more" },
        { id: "b", secret: "change this or be hacked" },
      ],
      /lets anybody sign \(the key id "b"\)/,
    ],
    [
      "more legacy keys without a limit than a forged message may cost",
      Array.from({ length: 33 }, (_, index) => ({ id: `key-${index}`, secret: `hush ${index}` })),
      /^33 legacy keys are accepted from everywhere, .* so that 32 are left$/,
    ],
    [
      "an id with a dot",
      [{ id: "a.b", secret: "hush of sixteen and more" }],
      /^the key id that is 3 characters long can't be used: choose 1 to 64 of A-Z, /,
    ],
    [
      "an empty id",
      [{ id: "", secret: "hush of sixteen and more" }],
      /^the key id that is 0 characters long can't be used/,
    ],
    [
      "a long id",
      [{ id: "a".repeat(65), secret: "hush of sixteen and more" }],
      /^the key id that is 65 characters long can't be used/,
    ],
    [
      "an id twice",
      [
        { id: "a", secret: "hush of sixteen and more" },
        { id: "a", secret: "husher" },
      ],
      /^the key id "a" is given twice/,
    ],
    [
      "no network",
      [{ id: "a", secret: "hush of sixteen and more", from: ["10.0.0.0/33"] }],
      /^the key id "a": not a network: "10\.0\.0\.0\/33"/,
    ],
    [
      "a zone",
      [{ id: "a", secret: "hush of sixteen and more", from: ["fe80::1%eth0"] }],
      /^the key id "a": not a network/,
    ],
    [
      "a name",
      [{ id: "a", secret: "hush of sixteen and more", from: ["example.org"] }],
      /^the key id "a": not a network/,
    ],
    [
      "few v2 bytes",
      [{ id: "a", secret: `whsec_${Buffer.alloc(23, 7).toString("base64")}` }],
      /^the key id "a": .*24 to 64/,
    ],
    [
      "many v2 bytes",
      [{ id: "a", secret: `whsec_${Buffer.alloc(65, 7).toString("base64")}` }],
      /^the key id "a": .*24 to 64/,
    ],
    [
      "Base64 spelled otherwise",
      [{ id: "a", secret: `${v2Secret.replace(/=+$/, "")}` }],
      /^the key id "a": .*24 to 64/,
    ],
  ])("refuses %s, and says what to do", (_what, entries, problem) => {
    const keys = toKeys(entries, false);
    expect(!keys.ok && keys.problem).toMatch(problem);
    expect(JSON.stringify(keys)).not.toContain("hush");
  });

  it.each<[string, Buffer, readonly KeyEntry[]]>([
    ["a legacy secret's bytes", v2Bytes, [{ id: "b", secret: v2Bytes.toString("utf8") }]],
    [
      "them and zeros, which HMAC can't tell apart",
      Buffer.concat([v2Bytes, Buffer.alloc(8)]),
      [{ id: "b", secret: v2Bytes.toString("utf8") }],
    ],
    ["a well-known default's bytes", Buffer.from("change this for valid signing"), []],
  ])("refuses a v2 key made of %s", (_what, bytes, others) => {
    const keys = toKeys([{ id: "a", secret: `whsec_${bytes.toString("base64")}` }, ...others], true);
    expect(keys).toEqual({
      ok: false,
      problem: `the key id "a" is of signature v2, but made of a legacy secret's bytes: make a new one`,
    });
  });

  it("takes a default secret with a warning when it is allowed, and stands in with both where there is none", () => {
    const warning = "a well-known default secret is accepted: anybody can sign samples";
    expect(toKeys([{ id: "a", secret: "change this or be hacked" }], true)).toMatchObject({ ok: true, warning });
    expect(toKeys([], true)).toMatchObject({ ok: true, warning, keys: [{ id: "default-1" }, { id: "default-2" }] });
    expect(toKeys([{ id: "a", secret: "good of sixteen and more" }], true)).not.toHaveProperty("warning");
  });
});
