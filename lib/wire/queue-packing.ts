import { gunzipSync } from "node:zlib";
import { accept, type Result, reject } from "../sample/rejection.ts";
import { isValueMap, type Value } from "../sample/value.ts";

/** The content of base64, which senders pack binary or long messages in where only text can be sent. */
export type Unpacked =
  | { readonly form: "text"; readonly text: string }
  /** Of msgpack, as far as can be told. */
  | { readonly form: "bytes"; readonly bytes: Uint8Array };

/**
 * How many bytes one byte of gzip may stand for. Of a sample's some 1,300 bytes, signature and message id alone are 48 that
 * no compression shortens, so a genuine list stays below 28; without this, a stranger's kilobyte would cost as a megabyte does.
 */
export const MAX_INFLATION = 32;

/** The first two bytes of every gzip stream. */
const GZIP = [0x1f, 0x8b] as const;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** The first characters of JSON that may carry messages. To msgpack each is a small number, which never is a message. */
const JSON_STARTS = new Set(["{".charCodeAt(0), "[".charCodeAt(0), '"'.charCodeAt(0)]);

/**
 * Unpacks base64 of msgpack, of JSON, or of gzip of either.
 *
 * @param maxBytes of the inflated bytes, as is `MAX_INFLATION`: inflating stops there, so no more memory is ever taken
 * @returns `too-large` or `undecodable` for a gzip stream that can't be inflated
 */
export function unpackBase64(body: string, maxBytes: number): Result<Unpacked> {
  const packed = Buffer.from(body, "base64");
  const inflated =
    packed[0] === GZIP[0] && packed[1] === GZIP[1]
      ? gunzip(packed, Math.min(maxBytes, MAX_INFLATION * packed.length))
      : accept(packed);
  if (!inflated.ok) return inflated;
  const bytes = inflated.value;
  if (!JSON_STARTS.has(bytes.find((byte) => !SPACES.has(byte)) ?? 0)) return accept({ form: "bytes", bytes });
  try {
    return accept({ form: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) });
  } catch {
    return reject("undecodable", "base64 of what begins like JSON and is not UTF-8");
  }
}

function gunzip(bytes: Buffer, maxBytes: number): Result<Buffer> {
  try {
    return accept(gunzipSync(bytes, { maxOutputLength: maxBytes }));
  } catch (error) {
    const isLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (isLarge)
      return reject("too-large", `gzip that inflates to more than ${maxBytes} bytes, the limit for its size`);
    return reject("undecodable", `gzip: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @returns what an event of EventBridge is about, which stands in `detail`; anything else as it is */
export function withoutEventBridge(value: Value): Value {
  if (!isValueMap(value) || !value.has("detail-type") || !value.has("source")) return value;
  return value.get("detail") ?? value;
}
