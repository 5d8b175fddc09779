import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./processes.ts";
import type { Missing } from "./runtime-client.ts";

/** Under node_modules, where git, the linter and the tests don't look. */
export const cacheFolder = fileURLToPath(new URL("../../node_modules/.cache/rehearse/", import.meta.url));

const INSTALL_WITHIN_MS = 180_000;

/** Installs cfn-lint and moto. @returns the folder of their commands */
export function pythonTools(): Promise<string | Missing> {
  return installed("python", "requirements.txt");
}

/** Installs AWS's SAM command line, whose requirements leave no room for others. @returns the folder of its command */
export function samTool(): Promise<string | Missing> {
  return installed("sam", "requirements-sam.txt");
}

/** Installs what a file lists into a folder of its own, once. */
async function installed(name: string, requirements: string): Promise<string | Missing> {
  const [folder, list] = [`${cacheFolder}${name}`, fileURLToPath(new URL(requirements, import.meta.url))];
  const stamp = `${folder}/installed.txt`;
  const wanted = readFileSync(list, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return `${folder}/bin`;
  const made = await run("python3", ["-m", "venv", "--clear", folder], { withinMs: INSTALL_WITHIN_MS });
  if (!made.ok) return { missing: `no Python with venv: ${lastLine(made.tail)}` };
  const pip = ["install", "--quiet", "--disable-pip-version-check", "--requirement", list];
  const done = await run(`${folder}/bin/pip`, pip, { withinMs: INSTALL_WITHIN_MS });
  if (!done.ok) return { missing: `pip can't install ${wanted.trim().replaceAll("\n", ", ")}: ${lastLine(done.tail)}` };
  writeFileSync(stamp, wanted);
  return `${folder}/bin`;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
