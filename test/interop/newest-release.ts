import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hasCeilometer, PYTHONS, type Python } from "./python.ts";

/** The newest release that has been tried; with what it depends on, as Debian's packages are older. */
export const NEWEST_RELEASE = "27.0.0";
const FOLDER = fileURLToPath(new URL(`../../.interop/ceilometer-${NEWEST_RELEASE}`, import.meta.url));
/** It takes a minute. */
const INSTALL_WITHIN_MS = 600_000;

/** Why there is none. */
export interface NoRelease {
  readonly problem: string;
  /** This machine has all that it takes to install it, so that it can't is no excuse. */
  readonly isOurs: boolean;
}

/** What pip says where it is missing, or the index can't be reached or does not have the release. */
const NOT_OURS =
  /No module named pip|ENOENT|ETIMEDOUT|connection|resolve|unreachable|timed out|No matching distribution/i;

/** A Python with the newest Ceilometer in `.interop`, which `install` puts there from PyPI. */
export function withNewestRelease(install: boolean): Python | NoRelease {
  const found = installed();
  if (found !== undefined) return found;
  if (!install) {
    return { problem: `npm run interop -- --install puts release ${NEWEST_RELEASE} into .interop/`, isOurs: false };
  }
  const problems: string[] = [];
  for (const command of PYTHONS) {
    // What a run that was broken off has left would be taken for whole.
    rmSync(FOLDER, { recursive: true, force: true });
    const wanted = ["--quiet", "--disable-pip-version-check", "--target", FOLDER, `ceilometer==${NEWEST_RELEASE}`];
    const done = spawnSync(command, ["-m", "pip", "install", ...wanted], {
      encoding: "utf8",
      timeout: INSTALL_WITHIN_MS,
    });
    const python = done.status === 0 ? installed() : undefined;
    if (python !== undefined) return python;
    problems.push(`${command}: ${(done.error?.message ?? done.stderr).trim().split("\n").slice(-3).join(" ")}`);
  }
  return {
    problem: `pip could not install Ceilometer ${NEWEST_RELEASE}: ${problems.join("; ")}`,
    isOurs: !problems.every((problem) => NOT_OURS.test(problem)),
  };
}

function installed(): Python | undefined {
  if (!existsSync(FOLDER)) return undefined;
  return PYTHONS.map((command) => ({ command, packages: FOLDER })).find(hasCeilometer);
}
