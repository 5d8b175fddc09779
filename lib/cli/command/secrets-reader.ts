import { statSync } from "node:fs";
import type { ReadSecrets } from "../../assembly/open-keys.ts";
import { secretTexts, type VerificationValues } from "./verification-options.ts";

/**
 * Reads `--secret` and `--secret-file` again.
 *
 * @returns undefined where nothing can have changed: no file is given, or one that gives its text once, such as a pipe
 */
export function secretsReader(values: VerificationValues): ReadSecrets | undefined {
  const files = values["secret-file"] ?? [];
  if (files.length === 0 || !files.every((file) => statSync(file, { throwIfNoEntry: false })?.isFile()))
    return undefined;
  // Warnings of secrets to put right were written at the start, so a reload writes none.
  return () => secretTexts(values, () => undefined);
}
