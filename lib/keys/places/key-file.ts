import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errorMessage } from "../../log/error-message.ts";
import { MAX_KEY_SET_BYTES } from "../key-set.ts";
import type { KeyText } from "../key-store.ts";
import { decodeSecretText } from "../secret-text.ts";
import { foldersAbove, ownUser, readableByOthers, untrusted } from "./trusted-file.ts";

/** Errors that a disk behind a network, or a process with too many open files, gets over. */
const TRANSIENT = new Set(["EIO", "EAGAIN", "EBUSY", "EMFILE", "ENFILE", "EINTR", "ESTALE", "ETIMEDOUT", "EHOSTDOWN"]);

/**
 * Reads a file with a set of keys. Refuses one that other users could change or replace.
 *
 * @param asRoot whether root takes a file of any owner, and with it the owner's folders: a person who looks after it does
 */
export async function readKeyFile(path: string, asRoot = false): Promise<KeyText> {
  const failed = (problem: string, transient = false): KeyText => ({
    ok: false,
    problem: `the file ${path} ${problem}`,
    transient,
  });
  let file: FileHandle | undefined;
  try {
    // Without waiting, as the opening of a pipe would.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) return failed("is no regular file");
    const problem = await whyUntrusted(path, stats, asRoot);
    if (problem !== undefined) return failed(problem);
    const bytes = await start(file, MAX_KEY_SET_BYTES + 1);
    const decoded = decodeSecretText(bytes);
    // One that is too long may be cut inside a character; how long it is says more.
    if (!decoded.ok && bytes.length <= MAX_KEY_SET_BYTES) return failed(decoded.problem);
    const version = createHash("sha256").update(bytes).digest("hex");
    const warning = readableByOthers(path, stats);
    const text = decoded.ok ? decoded.text : bytes.toString("latin1");
    return { ok: true, text, version, ...(warning !== undefined && { warning }) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT")
      return { ok: false, problem: `the file ${path} does not exist`, transient: false, absent: true };
    return failed(`can't be read: ${errorMessage(error)}`, TRANSIENT.has(code));
  } finally {
    await file?.close();
  }
}

async function whyUntrusted(path: string, stats: Stats, asRoot: boolean): Promise<string | undefined> {
  const user = ownUser();
  if (user === undefined) return undefined;
  const owner = asRoot && user === 0 ? [stats.uid] : [];
  return untrusted(stats, await foldersAbove(path), [user, ...owner]);
}

/** A file's first bytes: it may be changed, or be endless, while it is read. */
async function start(file: FileHandle, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, filled, length - filled);
    filled += bytesRead;
    if (bytesRead === 0 || filled === length) return bytes.subarray(0, filled);
  }
}
