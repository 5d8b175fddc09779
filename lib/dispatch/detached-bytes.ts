/** A small frame would otherwise keep alive all that its socket read with it. */
export function detachedBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}
