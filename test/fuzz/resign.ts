import type { Result } from "../../lib/sample/rejection.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { bytesOfKey, isValueList, isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { MAX_CANONICAL_TEXT } from "../../lib/signature/legacy/canonical-text.ts";
import { digest } from "../../lib/signature/legacy/sign.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import type { Random } from "../support/random.ts";
import type { Signed } from "./corpus.ts";
import { secrets } from "./judges.ts";
import { referenceText } from "./reference-text.ts";

/** Stands where the signature will be: as long, and nowhere else in a message. */
const PLACEHOLDER = "=signature=".padEnd(64, "=");

export interface Resigned {
  readonly bytes: Buffer;
  readonly signed: Signed;
  /** What went wrong between packing and unpacking. */
  readonly problem?: string;
}

/**
 * Packs a mutated message and signs it in some dialect, as a publisher would that had such a message.
 *
 * @param pack may change what it is given (drop a name, say): signed is what `unpack` gets out again
 * @returns undefined where the message can't be packed or no dialect can sign it
 */
export function resigned(
  message: ValueMap,
  pack: (message: ValueMap) => Buffer | undefined,
  unpack: (bytes: Buffer) => Result<Value>,
  random: Random,
): Resigned | undefined {
  const unsigned = new Map<string, Value>(message);
  // Publishers send it as text; the original's verification takes bytes too.
  unsigned.set("message_signature", random.chance(0.03) ? new Uint8Array(Buffer.from(PLACEHOLDER)) : PLACEHOLDER);
  const bytes = pack(unsigned);
  if (bytes === undefined) return undefined;
  const decoded = unpack(bytes);
  if (!decoded.ok && isWellFormed(unsigned) && !BEYOND_LIMIT.test(decoded.detail)) {
    throw new Error(`packed, but not unpacked: ${decoded.detail}`);
  }
  if (!decoded.ok || !isValueMap(decoded.value)) return undefined;
  const unpacked = decoded.value;
  const at = bytes.lastIndexOf(PLACEHOLDER);
  const text = textToSign(unpacked, random);
  if (at < 0 || text === undefined) return undefined;
  const signature = digest(text, random.pick(secrets)).toString("hex");
  bytes.write(signature, at, "latin1");
  const changed = random.chance(COMPARED) && isWellFormed(unsigned) && exactly(unpacked) !== exactly(unsigned);
  return {
    bytes,
    signed: { signature, text, identity: undefined, isTimely: false },
    ...(changed && { problem: "what was packed is unpacked as something else" }),
  };
}

/** In any order at the top, where names that came twice may have changed it. */
export function exactly(message: ValueMap): string {
  return Array.from(message, (field) => toExactJson(new Map([field])))
    .sort()
    .join();
}

/** Why a message may rightly be undecodable though it was packed in one piece. */
const BEYOND_LIMIT = /limit|deeper|more than/;

/** The share of messages that are looked at this closely. */
const COMPARED = 0.15;

/** Mutations may cut a name in the middle of a character, or give one that is bytes another beginning. */
function isWellFormed(value: Value): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (isValueList(value)) return value.every(isWellFormed);
  if (!isValueMap(value)) return true;
  return Array.from(value).every(
    ([name, item]) => (bytesOfKey(name) !== undefined || name.isWellFormed()) && isWellFormed(item),
  );
}

function textToSign(message: ValueMap, random: Random): string | undefined {
  const first = random.integer(dialects.length);
  for (let tried = 0; tried < dialects.length; tried++) {
    const dialect = dialects[(first + tried) % dialects.length];
    const text = dialect && referenceText(message, dialect, MAX_CANONICAL_TEXT);
    if (text !== undefined) return text;
  }
  return undefined;
}
