import type { Peer } from "../../dispatch/intake.ts";

/** A datagram that was read from the socket and not yet looked at. */
export interface ReadDatagram {
  readonly bytes: Uint8Array;
  readonly peer: Peer;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Memory for a datagram beside its bytes, as measured: its buffer, its sender, its place, and what is not yet freed. */
export const OVERHEAD_BYTES = 1_024;

/** The memory that holding it takes. */
export function heldBytesOf({ bytes }: ReadDatagram): number {
  return bytes.length + OVERHEAD_BYTES;
}
