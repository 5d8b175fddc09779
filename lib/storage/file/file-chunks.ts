import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { CutShort } from "../rows/json-lines.ts";
import type { LogFile } from "./log-files.ts";

const CHUNK_BYTES = 65_536;
const LINE_FEED = 0x0a;
/** A batch is one write, of which a reader may see the beginning: the rest follows within moments. */
const LOOKS_FOR_THE_REST = 2;
const BETWEEN_LOOKS_MS = 10;

/** A stretch of a file's bytes, or what there is of it. */
export interface ByteRange {
  readonly begin: number;
  readonly end: number;
}

/** The content of one file of a log, decompressed, a chunk at a time. @param range of a file that is not compressed */
export async function* chunksOf({ handle, gzip, isLive }: LogFile, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const bytes = range === undefined ? bytesOf(handle, isLive) : bytesWithin(handle, range);
  if (!gzip) return yield* bytes;
  // `pipe` passes on no error of the disk's.
  const source = Readable.from(bytes, { objectMode: false });
  const content = source.pipe(createGunzip());
  source.once("error", (error) => content.destroy(error));
  try {
    yield* content;
  } catch (error) {
    throw isZlibError(error) ? new CutShort(error.message) : error;
  } finally {
    source.destroy();
  }
}

async function* bytesOf(handle: FileHandle, isLive: boolean): AsyncGenerator<Buffer> {
  let position = 0;
  let looks = isLive ? LOOKS_FOR_THE_REST : 0;
  let isWhole = true;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) {
      if (isWhole || looks === 0) return;
      looks--;
      await pause(BETWEEN_LOOKS_MS);
      continue;
    }
    position += bytesRead;
    isWhole = buffer[bytesRead - 1] === LINE_FEED;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* bytesWithin(handle: FileHandle, { begin, end }: ByteRange): AsyncGenerator<Buffer> {
  for (let position = begin; position < end; ) {
    const length = Math.min(CHUNK_BYTES, end - position);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
