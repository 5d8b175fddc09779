import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const functions = fileURLToPath(new URL("../functions/", import.meta.url));
const dockerfiles = readdirSync(functions, { recursive: true, encoding: "utf8" })
  .filter((name) => /(?:^|[/\\])(?:[^/\\]+\.)?(?:Docker|Container)file(?:\.[^/\\]+)?$/.test(name))
  .sort();

/** The image of each stage that is not built on an earlier one. */
function baseImages(dockerfile: string): readonly string[] {
  const text = readFileSync(join(functions, dockerfile), "utf8").replace(/\\\n/g, " ");
  const stages = Array.from(text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim));
  const names = stages.map(([, , name]) => name);
  return stages.flatMap(([, image = ""], index) => (names.slice(0, index).includes(image) ? [] : [image]));
}

describe("base images", () => {
  it("are looked for where something is built", () => {
    expect(dockerfiles).toEqual([join("udp-collector", "Dockerfile")]);
    expect(dockerfiles.map((one) => baseImages(one).length)).toEqual([2]);
  });

  it.each(dockerfiles)("are named by digest in %s, each tag by one", (dockerfile) => {
    const images = baseImages(dockerfile);
    expect(images.filter((image) => !/^[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/.test(image))).toEqual([]);
    const tags = new Set(images.map((image) => image.split("@")[0]));
    expect(new Set(images).size).toBe(tags.size);
  });
});
