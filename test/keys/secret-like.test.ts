import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { looksLikeSecret } from "../../lib/keys/secret-like.ts";

/** Bytes that look random and are the same in every run. */
function bytesOf(index: number, length: number): Buffer {
  return createHash("sha512").update(`secret ${index}`).digest().subarray(0, length);
}

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

describe("telling a secret from a name", () => {
  it.each<[string, (index: number) => string]>([
    ["openssl rand -hex 16", (index) => bytesOf(index, 16).toString("hex")],
    ["openssl rand -hex 32", (index) => bytesOf(index, 32).toString("hex")],
    ["base64 of 16 bytes for URLs", (index) => bytesOf(index, 16).toString("base64url")],
    ["base64 of 32 bytes for URLs", (index) => bytesOf(index, 32).toString("base64url")],
    [
      "countersign keys add",
      (index) => Array.from(bytesOf(index, 48), (byte) => LETTERS_AND_DIGITS.charAt(byte % 62)).join(""),
    ],
  ])("sees more than 97 of a hundred secrets as %s makes them", (_how, make) => {
    const seen = Array.from({ length: 1_000 }, (_, index) => make(index)).filter(looksLikeSecret);
    expect(seen.length).toBeGreaterThan(970);
  });

  it("sees each that begins as one of signature v2 does", () => {
    expect(["whsec_", "WHSEC_abc"].map(looksLikeSecret)).toEqual([true, true]);
  });

  it.each([
    ...["2027", "host-1", "pub-7", "current", "secret-1", "default-2", "a".repeat(64), "1".repeat(30)],
    ...["compute-017-rack-12-dc-frankfurt", "metering2026collector", "collector01frankfurt02a", "r1-c2-n3-dc4-az1-h10"],
    ...["MyCollectorForFrankfurtProduction", "OpenStackCeilometer2024", "5a73bfe0-797e-466a-8188-dd0bcc0e9d57"],
  ])("takes %s for a name", (name) => {
    expect(looksLikeSecret(name)).toBe(false);
  });
});
