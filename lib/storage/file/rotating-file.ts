import { type FileHandle, mkdir, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PRIVATE_MODE, syncFolder } from "../../disk/durable.ts";
import { unlessAbsent } from "../../disk/file-error.ts";

export interface Rotation {
  /** Bytes that a file may not reach; 0: no limit. */
  readonly maxBytes: number;
  /** How many full files are kept, as `<path>.1` (the newest) and on. Nothing rotates unless both are above 0. */
  readonly backupCount: number;
}

export interface Permissions {
  /** Of a file that is made, whatever the umask says. */
  readonly mode: number;
  /** Told of a file that is there and lets in others than that. */
  readonly onWider: (problem: string) => void;
}

/** One open file to which whole lines are added durably. Not for calls at the same time. */
export class RotatingFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  readonly #permissions: Permissions;
  #handle: FileHandle | undefined;
  #hasLooked = false;

  constructor(path: string, rotation: Rotation, permissions: Permissions) {
    this.#path = path;
    this.#rotation = rotation;
    this.#permissions = permissions;
  }

  /** Makes folder and file where there is none. */
  async prepare(): Promise<void> {
    await this.#ready();
  }

  /**
   * Adds as many lines as fit before the file is full, in one write, and waits until the disk has them.
   *
   * @param lines at least one, each with its line feed
   * @returns how many were added: at least one
   * @throws what the disk answered; of these lines none counts as written then
   */
  async append(lines: readonly Buffer[]): Promise<number> {
    try {
      let { handle, size } = await this.#ready();
      let count = this.#fitting(lines, size);
      if (count === 0) {
        await this.#rotate();
        ({ handle, size } = await this.#ready());
        // A line longer than a whole file gets a file of its own.
        count = Math.max(1, this.#fitting(lines, size));
      }
      await writeWhole(handle, Buffer.concat(lines.slice(0, count)));
      await handle.datasync();
      return count;
    } catch (error) {
      // Half a line may be on the disk: opening again finds it, and the disk may be well again by then.
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #ready(): Promise<{ handle: FileHandle; size: number }> {
    if (this.#handle !== undefined) {
      const [held, found] = await Promise.all([this.#handle.stat(), unlessAbsent(stat(this.#path), undefined)]);
      if (found?.ino === held.ino && found.dev === held.dev) return { handle: this.#handle, size: found.size };
      // Another program (logrotate, a second writer) moved the file away.
      await this.close();
    }
    this.#handle = await openedAtLineStart(this.#path, this.#permissions.mode);
    await this.#tellWider();
    return { handle: this.#handle, size: (await this.#handle.stat()).size };
  }

  /** Once, of what is there already. It is left as it is: somebody may have meant it. */
  async #tellWider(): Promise<void> {
    if (this.#hasLooked || process.platform === "win32") return;
    this.#hasLooked = true;
    const { mode, onWider } = this.#permissions;
    for (let number = 0; number <= this.#rotation.backupCount; number++) {
      const path = number === 0 ? this.#path : backupPath(this.#path, number);
      const found = await unlessAbsent(stat(path), undefined);
      if (found === undefined) return;
      if (!found.isFile() || (found.mode & EVERYBODY & ~mode) === 0) continue;
      onWider(
        `the file ${path} holds samples, and its mode ${octal(found.mode)} lets in more than ${octal(mode)} does: chmod it, or name the mode that is meant`,
      );
    }
  }

  #fitting(lines: readonly Buffer[], size: number): number {
    const { maxBytes, backupCount } = this.#rotation;
    if (maxBytes === 0 || backupCount === 0) return lines.length;
    let total = size;
    const fitting = lines.findIndex((line) => {
      total += line.length;
      return total >= maxBytes;
    });
    if (fitting === -1) return lines.length;
    return fitting === 0 && size === 0 ? 1 : fitting;
  }

  async #rotate(): Promise<void> {
    await this.close();
    for (let number = this.#rotation.backupCount; number > 1; number--) {
      await unlessAbsent(rename(backupPath(this.#path, number - 1), backupPath(this.#path, number)), undefined);
    }
    await unlessAbsent(rename(this.#path, backupPath(this.#path, 1)), undefined);
  }
}

/** Where the full files are: 1 is the newest. */
function backupPath(path: string, number: number): string {
  return `${path}.${number}`;
}

const EVERYBODY = 0o777;

function octal(mode: number): string {
  return (mode & EVERYBODY).toString(8).padStart(4, "0");
}

async function openedAtLineStart(path: string, mode: number): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  const isNew = (await unlessAbsent(stat(path), undefined)) === undefined;
  // Narrow from the first moment; a group is let in by name, which no umask takes away again.
  const handle = await open(path, "a+", PRIVATE_MODE);
  try {
    if (isNew) {
      if (mode !== PRIVATE_MODE) await handle.chmod(mode);
      await syncFolder(dirname(path));
    }
    // A record that a crash cut off stays a line of its own, which readers skip; the next one isn't glued to it.
    else if (!(await endsALine(handle))) await writeWhole(handle, Buffer.from("\n"));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function endsALine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

/** In one write where the system takes it whole, so that two writers' lines don't mix. */
async function writeWhole(handle: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
}
