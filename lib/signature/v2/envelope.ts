import { isKeyId, keyIdRule } from "../../keys/key-id.ts";
import { accept, type Rejected, type Result, reject } from "../../sample/rejection.ts";

/**
 * The form of an envelope of signature v2 (docs/protocol.md):
 *
 *     magic 4 | version 1 | flags 1 | length of the key id 1 | key id | sent at 8 | body | MAC 32
 */
export const MAGIC: Uint8Array = Uint8Array.of(0xc1, 0x43, 0x53, 0x47);
export const VERSION = 2;
/** The flag bit that says that the body is raw-deflated; the other seven have to be 0. */
export const DEFLATED = 0x01;
export const SENT_AT_BYTES = 8;
const MAC_BYTES = 32;

/** Where the fixed part ends and the key id begins. */
const KEY_ID_AT = MAGIC.length + 3;

/** Tells an envelope from a msgpack map by one byte, which never begins a msgpack value. */
export function isEnvelope(bytes: Uint8Array): boolean {
  return bytes[0] === MAGIC[0];
}

/** The header of an envelope, around its messages. Nothing of it is proved. */
export interface Header {
  readonly keyId: string;
  readonly deflated: boolean;
  /** Milliseconds since 1970: as a bigint, since eight bytes say more than a number holds. */
  readonly sentAt: bigint;
  /** As it stands there, deflated or not. */
  readonly body: Buffer;
  /** All that the MAC covers. */
  readonly signed: Buffer;
  readonly mac: Buffer;
}

/** Takes an envelope apart, without a copy. @returns `undecodable` at the first thing that is not of its form */
export function readHeader(bytes: Buffer): Result<Header> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undecodable("it does not begin with the magic C1435347");
  const [version, flags = 0, keyIdBytes = 0] = bytes.subarray(MAGIC.length, KEY_ID_AT);
  if (version !== VERSION) return undecodable(`version ${version}; only ${VERSION} is known`);
  if ((flags & ~DEFLATED) !== 0) return undecodable(`unknown flags 0x${flags.toString(16)}`);
  const sentAt = KEY_ID_AT + keyIdBytes;
  const bodyAt = sentAt + SENT_AT_BYTES;
  const macAt = bytes.length - MAC_BYTES;
  if (macAt < bodyAt) return undecodable(`${bytes.length} bytes; ${bodyAt + MAC_BYTES} would be the least`);
  const keyId = bytes.toString("latin1", KEY_ID_AT, sentAt);
  if (!isKeyId(keyId)) return undecodable(`the key id is not ${keyIdRule}`);
  return accept({
    keyId,
    deflated: flags === DEFLATED,
    sentAt: bytes.readBigUInt64BE(sentAt),
    body: bytes.subarray(bodyAt, macAt),
    signed: bytes.subarray(0, macAt),
    mac: bytes.subarray(macAt),
  });
}

/** Says that it is an envelope which is no good. */
export function undecodable(detail: string): Rejected {
  return reject("undecodable", `envelope: ${detail}`);
}
