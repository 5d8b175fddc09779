import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errorMessage } from "../../log/error-message.ts";
import { MAX_KEY_SET_BYTES } from "../key-set.ts";
import type { KeyText } from "../key-store.ts";

/** Permissions by which others than the owner could put their own keys in, or take ours. */
const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o044;

/** What a disk behind a network, or a process with too many open files, gets over. */
const TRANSIENT = new Set(["EIO", "EAGAIN", "EBUSY", "EMFILE", "ENFILE", "EINTR", "ESTALE", "ETIMEDOUT", "EHOSTDOWN"]);

/** Reads a file with a set of keys. Refuses one that other users could change. */
export async function readKeyFile(path: string): Promise<KeyText> {
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
    if (stats.mode & OTHERS_WRITE) return failed("can be changed by other users: chmod go-w");
    const bytes = await start(file, MAX_KEY_SET_BYTES + 1);
    const version = createHash("sha256").update(bytes).digest("hex");
    return { ok: true, text: bytes.toString("utf8"), version, ...warning(path, stats) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT")
      return { ok: false, problem: `the file ${path} does not exist`, transient: false, absent: true };
    return failed(`can't be read: ${errorMessage(error)}`, TRANSIENT.has(code));
  } finally {
    await file?.close();
  }
}

function warning(path: string, { mode }: Stats): { readonly warning?: string } {
  return mode & OTHERS_READ
    ? { warning: `the file ${path} holds secrets and can be read by other users: chmod go-r` }
    : {};
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
