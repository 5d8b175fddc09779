import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../lib/signature/", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

/** A comparison that ends at the first difference tells an outsider, by its time, how much of a signature was right. */
it("compares signatures in constant time, and in no other way", () => {
  const comparing: string[] = [];
  for (const source of sources) {
    const text = readFileSync(join(folder, source), "utf8");
    if (/\btimingSafeEqual\(/.test(text)) comparing.push(source);
    const others = text.match(
      /(?:digest\([^)]*\)|\b(?:mac|hmac|digest|signature|expected)\b)\s*(?:(?:===|!==)(?! (?:undefined|null)\b)|\.equals\()/gi,
    );
    expect([source, others]).toEqual([source, null]);
  }
  expect(comparing.sort()).toEqual([
    join("legacy", "verify.ts"),
    join("v2", "open-envelope.ts"),
    join("v2", "webhook-attributes.ts"),
  ]);
});
