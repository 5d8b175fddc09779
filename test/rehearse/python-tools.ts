import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./processes.ts";
import type { Missing } from "./runtime-client.ts";

/** Under node_modules, where git, the linter and the tests don't look. */
export const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/rehearse/", import.meta.url));

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const folder = `${cacheFolder}python`;
const stamp = `${folder}/installed.txt`;

const INSTALL_WITHIN_MS = 180_000;

/** Installs cfn-lint and moto into a folder of their own, once. @returns the folder of their commands */
export async function pythonTools(): Promise<string | Missing> {
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return `${folder}/bin`;
  const made = await run("python3", ["-m", "venv", "--clear", folder], { withinMs: INSTALL_WITHIN_MS });
  if (!made.ok) return { missing: `no Python with venv: ${lastLine(made.tail)}` };
  const pip = ["install", "--quiet", "--disable-pip-version-check", "--requirement", requirements];
  const installed = await run(`${folder}/bin/pip`, pip, { withinMs: INSTALL_WITHIN_MS });
  if (!installed.ok) return { missing: `pip can't install cfn-lint and moto: ${lastLine(installed.tail)}` };
  writeFileSync(stamp, wanted);
  return `${folder}/bin`;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
