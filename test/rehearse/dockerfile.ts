import { readFileSync } from "node:fs";
import { listAt, parseJson } from "./json.ts";

/** What a two-stage Dockerfile does, as far as it can be done without Docker. */
export interface Dockerfile {
  /** The last command of the first stage, which makes the bundle. */
  readonly bundle: string;
  /** What the second stage copies from the first, relative to where the first one works. */
  readonly copied: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** The image that it runs in, with its tag. */
  readonly base: string;
}

export function readDockerfile(path: string): Dockerfile {
  const text = readFileSync(path, "utf8").replace(/\\\n/g, " ");
  const all = (instruction: string) =>
    Array.from(text.matchAll(new RegExp(`^${instruction} +(.*)$`, "gm")), ([, rest = ""]) => rest.trim());
  const [workFolder = ""] = all("WORKDIR");
  const from = /^--from=\S+ +(\S+)/.exec(all("COPY").find((copy) => copy.startsWith("--from=")) ?? "")?.[1] ?? "";
  return {
    bundle: all("RUN").at(-1) ?? "",
    copied: from.replace(`${workFolder}/`, ""),
    environment: Object.fromEntries(
      all("ENV")
        .map((one) => one.split("=", 2))
        .map(([name = "", value = ""]) => [name, value]),
    ),
    command: listAt({ command: parseJson(all("CMD").at(-1) ?? "") ?? null }, "command").map(String),
    base: all("FROM").at(-1) ?? "",
  };
}
