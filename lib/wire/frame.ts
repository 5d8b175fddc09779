import { accept, type Result, reject } from "../sample/rejection.ts";
import { messageLimits } from "./limits.ts";

/**
 * The form of a frame of a TCP stream, as Ceilometer's publisher sends it (docs/protocol.md):
 *
 *     length 8, unsigned, little-endian | so many bytes of a message
 */
export const FRAME_HEADER_BYTES = 8;

/** The length that a header says: as a bigint, since eight bytes say more than a number holds. */
export function frameLength(header: DataView): bigint {
  return header.getBigUint64(0, true);
}

/** The header in front of so many bytes. */
export function frameHeader(length: number | bigint): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeBigUInt64LE(BigInt(length));
  return header;
}

/** A message as one frame. */
export function encodeFrame(message: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(message.length), message]);
}

/** The messages of a whole stream, which share its memory; the last one may be a rejection. */
export function splitFrames(stream: Buffer): readonly Result<Buffer>[] {
  const { maxBytes } = messageLimits;
  const frames: Result<Buffer>[] = [];
  for (let at = 0; at < stream.length; ) {
    const start = at + FRAME_HEADER_BYTES;
    if (start > stream.length) return [...frames, reject("undecodable", "the stream ends inside a frame's length")];
    const length = frameLength(new DataView(stream.buffer, stream.byteOffset + at, FRAME_HEADER_BYTES));
    if (length > maxBytes)
      return [...frames, reject("too-large", `a frame of ${length} bytes; the limit is ${maxBytes}`)];
    at = start + Number(length);
    if (at > stream.length) return [...frames, reject("undecodable", "the stream ends inside a frame")];
    frames.push(accept(stream.subarray(start, at)));
  }
  return frames;
}
