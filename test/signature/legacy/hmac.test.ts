import { createHmac, createSecretKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacSha256 } from "../../../lib/signature/legacy/hmac.ts";
import { anyCodePoint } from "../../support/any-code-point.ts";

function nodes(text: string, secret: Uint8Array): string {
  return createHmac("sha256", secret).update(text, "utf8").digest("hex");
}

describe("hmacSha256", () => {
  it("agrees with test case 2 of RFC 4231", () => {
    expect(hmacSha256("what do ya want for nothing?", createSecretKey(Buffer.from("Jefe")))).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });

  it("agrees with Node's HMAC on secrets of any length and any text", () => {
    const secret = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(secret, fc.string({ unit: anyCodePoint, maxLength: 3_000 }), (bytes, text) => {
        expect(hmacSha256(text, createSecretKey(bytes))).toBe(nodes(text, bytes));
      }),
    );
  });

  it.each([0, 63, 64, 65])("takes a secret of %i bytes", (length) => {
    const secret = Buffer.alloc(length, 0xa5);
    expect(hmacSha256("text", createSecretKey(secret))).toBe(nodes("text", secret));
  });

  it.each([0, 1, 5_461, 5_462, 16_384, 100_000])("takes a text of %i characters, of three bytes each", (length) => {
    const secret = createSecretKey(Buffer.from("a secret"));
    for (const unit of ["a", "日"]) {
      expect(hmacSha256(unit.repeat(length), secret)).toBe(nodes(unit.repeat(length), Buffer.from("a secret")));
    }
  });

  it("keeps nothing of one text for the next, nor of one secret for another", () => {
    const keys = ["one", "two"].map((text) => createSecretKey(Buffer.from(text)));
    for (const text of ["a long text before a short one", "short", "", "a long text again"]) {
      expect(keys.map((key) => hmacSha256(text, key))).toEqual([
        nodes(text, Buffer.from("one")),
        nodes(text, Buffer.from("two")),
      ]);
    }
  });
});
