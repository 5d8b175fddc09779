import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** One file's import of another, both as paths from the project's root; of a package, its name. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Of types too. The formatter writes every import at the beginning of a line. */
const IMPORT = /^import [^"`]*"([^"]+)";|^export [*{][^"`]* from "([^"]+)";|\bimport\("([^"]+)"\)/gm;

/** All imports of the TypeScript files in these folders, Node's own modules left out. */
export function importsOf(folders: readonly string[]): readonly Import[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .flatMap((name) => importsIn(posix.join(folder, name), readFileSync(posix.join(folder, name), "utf8"))),
  );
}

export function importsIn(from: string, source: string): readonly Import[] {
  return Array.from(source.matchAll(IMPORT), ([, imported, exported, lazy]) => imported ?? exported ?? lazy ?? "")
    .filter((name) => !name.startsWith("node:"))
    .map((name) => ({
      from,
      to: name.startsWith(".") ? posix.join(posix.dirname(from), name) : packageOf(name),
    }));
}

/** `aws-cdk-lib` of `aws-cdk-lib/aws-sqs`, `@aws-sdk/client-sqs` of itself. */
function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
