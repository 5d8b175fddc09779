import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Package {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  /** Lies inside the package above it, whose hash covers it. */
  readonly inBundle?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, Package>>;
}

function read(path: string): Lock {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

const lock = read("../package-lock.json");

describe("package-lock.json", () => {
  // npm leaves those out that it could not find while it wrote the lock, and then refuses `npm ci` everywhere.
  it("names the linter's packages of every platform", () => {
    const wanted = Object.keys(lock.packages["node_modules/@biomejs/biome"]?.optionalDependencies ?? {});
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  // Without it npm installs whatever a registry or a cache gives for a version.
  it.each(["../package-lock.json", "./rehearse/runtime-client/package-lock.json"])(
    "has the hash of each package in %s",
    (path) => {
      const installed = Object.entries(read(path).packages).filter(
        ([name, { link, inBundle }]) => name !== "" && link !== true && inBundle !== true,
      );
      expect(installed.length).toBeGreaterThan(10);
      const without = installed.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""));
      expect(without.map(([name]) => name)).toEqual([]);
    },
  );

  it("names no registry, so that each machine uses its own", () => {
    const resolved = Object.values(lock.packages).filter((one) => one.resolved?.startsWith("http"));
    expect(resolved).toEqual([]);
  });
});
