import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Python } from "./python.ts";

/** The first release with a TCP publisher; it runs with the dependencies of Debian's 19.0.0. */
const RELEASE = "20.0.0";
const FOLDER = fileURLToPath(new URL(`../../.interop/ceilometer-${RELEASE}`, import.meta.url));

/**
 * A Python whose Ceilometer has the TCP publisher: the installed one if it is new enough, else the one in `.interop`,
 * which `install` puts there from PyPI.
 *
 * @returns a text that says what to do where there is none
 */
export function withTcpPublisher(python: Python, install: boolean): Python | string {
  const newer = { ...python, packages: FOLDER };
  if (hasTcpPublisher(python)) return python;
  if (!existsSync(FOLDER) && install) {
    const wanted = ["--no-deps", "--quiet", "--target", FOLDER, `ceilometer==${RELEASE}`];
    const done = spawnSync(python.command, ["-m", "pip", "install", ...wanted], { encoding: "utf8" });
    if (done.status !== 0) return `pip could not install Ceilometer ${RELEASE}: ${done.stderr ?? done.error?.message}`;
  }
  if (hasTcpPublisher(newer)) return newer;
  return `this Ceilometer has no TCP publisher; npm run interop -- --install puts release ${RELEASE} into .interop/`;
}

function hasTcpPublisher({ command, packages = "" }: Python): boolean {
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "1" };
  return spawnSync(command, ["-c", "import ceilometer.publisher.tcp"], { env }).status === 0;
}
