import { inflateRawSync } from "node:zlib";
import { errorMessage } from "../../log/error-message.ts";
import { accept, type Result, reject } from "../../sample/rejection.ts";

/**
 * Inflates one raw deflate stream, and nothing after it.
 *
 * @param maxBytes of the inflated bytes: inflating stops there, so no more memory is ever taken
 * @returns the bytes; `too-large` or `undecodable`
 */
export function inflate(deflated: Uint8Array, maxBytes: number): Result<Uint8Array> {
  let inflated: unknown;
  try {
    inflated = inflateRawSync(deflated, { maxOutputLength: maxBytes, info: true });
  } catch (error) {
    return hasCode(error, "ERR_BUFFER_TOO_LARGE")
      ? reject("too-large", `inflates to more than ${maxBytes} bytes`)
      : reject("undecodable", `not a raw deflate stream: ${errorMessage(error)}`);
  }
  if (!isInflated(inflated)) throw new TypeError("zlib does not tell how much it read");
  const { buffer, engine } = inflated;
  if (engine.bytesWritten === deflated.length) return accept(buffer);
  return reject("undecodable", `${deflated.length - engine.bytesWritten} bytes after the deflate stream`);
}

/** Zlib's answer with `info`, of which its types know nothing. Its `bytesWritten` are those written to it. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function isInflated(value: unknown): value is Inflated {
  if (typeof value !== "object" || value === null || !("buffer" in value) || !("engine" in value)) return false;
  const { buffer, engine } = value;
  if (typeof engine !== "object" || engine === null || !("bytesWritten" in engine)) return false;
  return Buffer.isBuffer(buffer) && typeof engine.bytesWritten === "number";
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
