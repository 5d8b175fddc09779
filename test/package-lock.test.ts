import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Package {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const lock: { packages: Readonly<Record<string, Package>> } = JSON.parse(
  readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"),
);

describe("package-lock.json", () => {
  // npm leaves those out that it could not find while it wrote the lock, and then refuses `npm ci` everywhere.
  it("names the linter's packages of every platform", () => {
    const wanted = Object.keys(lock.packages["node_modules/@biomejs/biome"]?.optionalDependencies ?? {});
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  it("names no registry, so that each machine uses its own", () => {
    const resolved = Object.values(lock.packages).filter((one) => one.resolved?.startsWith("http"));
    expect(resolved).toEqual([]);
  });
});
