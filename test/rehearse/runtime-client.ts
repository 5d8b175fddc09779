import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./processes.ts";

export interface Missing {
  /** Why, for the line that says what was skipped. */
  readonly missing: string;
}

/** What the deployed code runs on, as far as this machine has it. */
export interface DeployedRuntime {
  /** Path of a Node 24. */
  readonly node: string | Missing;
  /** Path of the runtime client's entry. */
  readonly client: string | Missing;
}

const folder = fileURLToPath(new URL("runtime-client/", import.meta.url));
const entry = `${folder}node_modules/aws-lambda-ric/index.mjs`;
const compiled = `${folder}node_modules/aws-lambda-ric/rapid-client.node`;
const packagedNode = `${folder}node_modules/node-linux-${process.arch}`;

/** Its native part compiles curl first: a minute and a half on two slow cores. */
const INSTALL_WITHIN_MS = 200_000;
const BUILD_TOOLS = ["cmake", "make", "g++", "tar", "xz"] as const;

/** Installs Node 24 and AWS's runtime client, once; both stay out of the project's own install. */
export async function deployedRuntime(): Promise<DeployedRuntime> {
  const problem = isInstalled() ? undefined : await install();
  return {
    node: nodePath() ?? { missing: `no Node 24 for ${process.platform} ${process.arch}: ${problem ?? "none on npm"}` },
    client: existsSync(compiled) ? entry : { missing: problem ?? "AWS's runtime client was not built" },
  };
}

/** @returns what went wrong */
async function install(): Promise<string | undefined> {
  const absent = await absentTools();
  if (absent.length === 0 && (await npmCi([]))) return undefined;
  // A build that fails takes the whole install back; Node 24 is of use without it.
  const rest = (await npmCi(["--ignore-scripts"])) ? "" : " (and npm ci failed)";
  return absent.length > 0
    ? `the runtime client's native part needs ${absent.join(", ")}${rest}`
    : `the runtime client's native part was not built${rest}: try npm ci in test/rehearse/runtime-client`;
}

async function npmCi(options: readonly string[]): Promise<boolean> {
  // The headers that come with Node 24 itself, so that the build fetches none.
  const env = { ...process.env, npm_config_nodedir: packagedNode };
  const done = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...options], {
    cwd: folder,
    env,
    withinMs: INSTALL_WITHIN_MS,
  });
  return done.ok;
}

async function absentTools(): Promise<readonly string[]> {
  const absent: string[] = [];
  for (const tool of BUILD_TOOLS) {
    const found = await run("sh", ["-c", `command -v ${tool}`], { withinMs: 5_000 });
    if (!found.ok) absent.push(tool);
  }
  return absent;
}

function isInstalled(): boolean {
  const installed = `${folder}node_modules/.package-lock.json`;
  if (!existsSync(installed) || !existsSync(compiled) || nodePath() === undefined) return false;
  return statSync(installed).mtimeMs >= statSync(`${folder}package-lock.json`).mtimeMs;
}

function nodePath(): string | undefined {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  return existsSync(`${packagedNode}/bin/node`) ? `${packagedNode}/bin/node` : undefined;
}
