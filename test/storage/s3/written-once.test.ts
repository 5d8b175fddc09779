import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const sources = ["lib", "functions", "bin"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name)),
);

/** The buckets' policies deny every write without the header; a writer that forgot it would fail on AWS alone. */
it("writes every object with If-None-Match, and by no call that can't send it", () => {
  const puts: string[] = [];
  for (const source of sources) {
    const text = readFileSync(join(root, source), "utf8");
    expect([source, text]).not.toEqual([
      source,
      expect.stringMatching(/\b(?:CopyObject|CreateMultipartUpload|UploadPart)Command\b|@aws-sdk\/lib-storage/),
    ]);
    for (const [call] of text.matchAll(/new PutObjectCommand\((?:\{(?:[^{}]|\{[^{}]*\})*\})?/g)) {
      puts.push(source);
      expect([source, call]).toEqual([source, expect.stringMatching(/\bIfNoneMatch: "\*"/)]);
    }
  }
  expect(puts).toEqual([join("lib", "aws", "put-object.ts")]);
});
