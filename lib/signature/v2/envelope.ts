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
export const MAC_BYTES = 32;

/** Where the fixed part ends and the key id begins. */
export const KEY_ID_AT = MAGIC.length + 3;

/** Tells an envelope from a msgpack map by one byte, which never begins a msgpack value. */
export function isEnvelope(bytes: Uint8Array): boolean {
  return bytes[0] === MAGIC[0];
}
