import type { FileHandle } from "node:fs/promises";

/** Longer than most lines, and far longer than what is asked of their beginning. */
const STEP = 65_536;
const LINE_FEED = 0x0a;

/** The beginning of a file's last whole line, of so many bytes at most; empty where there is none. */
export async function lastLineStart(handle: FileHandle, length: number): Promise<string> {
  const { size } = await handle.stat();
  const end = await lineFeedBefore(handle, size);
  if (end === -1) return "";
  const start = (await lineFeedBefore(handle, end)) + 1;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(length, end - start)), 0, undefined, start);
  return buffer.toString("utf8", 0, bytesRead);
}

/** Where the last line feed in front of a position is; -1 if nowhere. */
async function lineFeedBefore(handle: FileHandle, position: number): Promise<number> {
  const buffer = Buffer.alloc(STEP);
  for (let end = position; end > 0; end -= STEP) {
    const start = Math.max(0, end - STEP);
    const { bytesRead } = await handle.read(buffer, 0, end - start, start);
    const found = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (found !== -1) return start + found;
  }
  return -1;
}
