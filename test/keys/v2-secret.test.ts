import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatV2Secret, generateV2Secret, isV2Secret, parseV2Secret } from "../../lib/keys/v2-secret.ts";

const problem = "a v2 secret has to be whsec_ and the base64 of 24 to 64 random bytes";

describe("a v2 secret", () => {
  it.each([24, 25, 26, 32, 64])("of %d bytes is read and written again", (length) => {
    const bytes = randomBytes(length);
    const text = `whsec_${bytes.toString("base64")}`;
    const parsed = parseV2Secret(text);
    expect(parsed.ok && parsed.secret.export()).toEqual(bytes);
    expect(parsed.ok && formatV2Secret(parsed.secret)).toBe(text);
  });

  it.each([
    ["too few bytes", `whsec_${Buffer.alloc(23).toString("base64")}`],
    ["too many bytes", `whsec_${Buffer.alloc(65).toString("base64")}`],
    ["nothing", "whsec_"],
    ["no prefix", Buffer.alloc(32).toString("base64")],
    ["its padding missing", `whsec_${Buffer.alloc(32).toString("base64").replace("=", "")}`],
    ["the alphabet of URLs", `whsec_${Buffer.alloc(32, 0xfb).toString("base64url")}=`],
    ["a line feed at its end", `whsec_${Buffer.alloc(32).toString("base64")}\n`],
    ["bits that say nothing", `whsec_${"A".repeat(42)}B=`],
  ])("is refused with %s, and not repeated", (_, text) => {
    expect(parseV2Secret(text)).toEqual({ ok: false, problem });
  });

  it("is generated with 32 random bytes, never the same", () => {
    const texts = Array.from({ length: 100 }, generateV2Secret);
    expect(new Set(texts).size).toBe(100);
    for (const text of texts) {
      const parsed = parseV2Secret(text);
      expect(parsed.ok && parsed.secret.symmetricKeySize).toBe(32);
    }
  });

  it("is known by its prefix", () => {
    expect([isV2Secret(generateV2Secret()), isV2Secret("change this for valid signing")]).toEqual([true, false]);
  });
});
