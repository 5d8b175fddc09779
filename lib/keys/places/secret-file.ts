import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { errorMessage } from "../../log/error-message.ts";
import { decodeSecretText } from "../secret-text.ts";
import { foldersAboveSync, ownUser, readableByOthers, untrusted } from "./trusted-file.ts";

export type SecretFile =
  | {
      readonly ok: true;
      /** Without the line end that an editor leaves. */
      readonly secret: string;
      /** Something to put right, although it can be read. */
      readonly warning?: string;
    }
  /** Never repeats the secret. */
  | { readonly ok: false; readonly problem: string };

/** Reads a file with one secret, or what a shell puts in its place: `<(pass show telemetry)` is a pipe. */
export function readSecretFile(path: string): SecretFile {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const stats = fstatSync(file);
    const user = ownUser();
    const isFile = stats.isFile() && user !== undefined;
    const problem = isFile ? untrusted(stats, foldersAboveSync(path), [user]) : undefined;
    if (problem !== undefined) return refused(path, problem);
    const decoded = decodeSecretText(readFileSync(file));
    if (!decoded.ok) return refused(path, decoded.problem);
    const warning = isFile ? readableByOthers(path, stats) : undefined;
    return {
      ok: true,
      secret: decoded.text.replace(/\r?\n$/, ""),
      ...(warning !== undefined && { warning }),
    };
  } catch (error) {
    return { ok: false, problem: `can't read the secret file: ${errorMessage(error)}` };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function refused(path: string, problem: string): SecretFile {
  return { ok: false, problem: `the secret file ${path} ${problem}` };
}
