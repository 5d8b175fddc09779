import { describe, expect, it } from "vitest";
import { createKeyring } from "../../../lib/keys/keyring.ts";
import { type Dialect, dialects } from "../../../lib/sample/sample.ts";
import { isValueMap, type Value } from "../../../lib/sample/value.ts";
import { canonicalText } from "../../../lib/signature/legacy/canonical-text.ts";
import { sign } from "../../../lib/signature/legacy/sign.ts";
import { verify } from "../../../lib/signature/legacy/verify.ts";
import { decodeJson } from "../../../lib/wire/json-reader.ts";
import { decodeMsgpack } from "../../../lib/wire/msgpack-reader.ts";
import { decodedMap, jsonFixture, key } from "../../support/fixtures.ts";
import { legacyKey } from "../../support/legacy-keys.ts";
import { receipt } from "../../support/v2-keys.ts";

/** Made by Ceilometer's own functions; see test/fixtures/README.md. */
interface Vector {
  readonly name: string;
  readonly secret: string;
  readonly expected_signature: string | null;
  readonly hmac_text?: string;
  readonly message_json: string | null;
  readonly msgpack_hex: string | null;
  readonly verify?: boolean | string;
  readonly decode_error?: string;
  readonly variants?: Readonly<Record<string, string | null>>;
}

const { vectors } = jsonFixture<{ vectors: readonly Vector[] }>("signature-vectors.json");
const variantOf: Readonly<Record<Dialect, string>> = { py3: "", kilo: "py2_kilo", icehouse: "py2_icehouse" };

/** What each generation signs; undefined where the vector does not tell. */
function expected(vector: Vector, dialect: Dialect): string | null | undefined {
  return dialect === "py3" ? vector.expected_signature : vector.variants?.[variantOf[dialect]];
}

const cases = vectors.flatMap((vector) => {
  const sources: readonly (readonly [string, Value | undefined])[] = [
    [
      "msgpack",
      vector.msgpack_hex === null ? undefined : decodedValue(decodeMsgpack(Buffer.from(vector.msgpack_hex, "hex"))),
    ],
    ["JSON", vector.message_json === null ? undefined : decodedValue(decodeJson(vector.message_json))],
  ];
  return sources.flatMap(([source, value]) =>
    isValueMap(value) ? [{ name: vector.name, source, vector, value }] : [],
  );
});

function decodedValue(decoded: ReturnType<typeof decodeJson>): Value | undefined {
  return decoded.ok ? decoded.value : undefined;
}

describe("the signature vectors", () => {
  it("are all there", () => {
    expect([vectors.length, cases.length]).toEqual([104, 193]);
  });

  it.each(cases)("$name from $source is signed as each generation signs it", ({ vector, value }) => {
    // Kilo and later sign nothing with an empty secret, and accept anything; we never do.
    if (vector.secret === "") return;
    for (const dialect of dialects) {
      const signature = expected(vector, dialect);
      if (signature !== undefined)
        expect([dialect, sign(value, key(vector.secret), dialect) ?? null]).toEqual([dialect, signature]);
    }
  });

  it.each(cases.filter(({ vector }) => vector.hmac_text !== undefined && vector.secret !== ""))(
    "$name from $source has the very text that was signed",
    ({ vector, value }) => {
      expect(canonicalText(value, "py3")).toEqual({ kind: "text", text: vector.hmac_text });
    },
  );

  it.each(cases.filter(({ source, vector }) => source === "msgpack" && vector.secret !== ""))(
    "$name verifies if it did there",
    ({ vector, value }) => {
      const verified = verify(value, {
        keyring: createKeyring([legacyKey("vector", key(vector.secret))]),
        dialects: ["py3"],
        receipt: receipt(),
      });
      expect(verified.ok).toBe(vector.verify === true);
    },
  );

  it.each(vectors.filter((vector) => vector.decode_error !== undefined))(
    "$name does not decode, as there",
    ({ msgpack_hex }) => {
      expect(decodeMsgpack(Buffer.from(msgpack_hex ?? "", "hex")).ok).toBe(false);
    },
  );
});

describe("the random vectors", () => {
  const { vectors: random } = jsonFixture<{
    vectors: readonly ({ id: number; secret: string; hex: string } & Record<Dialect, string | null>)[];
  }>("fuzz-vectors.json");

  it.each(dialects)("are signed as %s signs them", (dialect) => {
    const ours = random.map(({ id, hex, secret }) => [
      id,
      sign(decodedMap(Buffer.from(hex, "hex")), key(secret), dialect) ?? null,
    ]);
    expect(ours).toEqual(random.map((vector) => [vector.id, vector[dialect]]));
    expect(ours.length).toBe(200);
  });
});
