import { Fifo } from "./fifo.ts";
import type { Peer } from "./intake.ts";

/** A datagram that was read from the socket and not yet looked at. */
export interface ReadDatagram {
  readonly bytes: Uint8Array;
  readonly peer: Peer;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/**
 * A receive buffer of our own behind the system's, which holds only some 200 datagrams where nobody may ask for more:
 * verifying waits for reading, so that a flood is read as fast as a socket can be read.
 */
export interface DatagramBacklog {
  readonly length: number;
  /** @returns false, and nothing is kept, when the buffer is full */
  push(datagram: ReadDatagram): boolean;
  /** Gives up what is held, and gives it back. */
  abandon(): readonly ReadDatagram[];
}

export interface DatagramBacklogOptions {
  /** Judges one. */
  readonly take: (datagram: ReadDatagram) => void;
  /** What is held at most, each datagram with `OVERHEAD_BYTES`. @default 16 MiB */
  readonly maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 16 * 1_048_576;
/** What a datagram takes in memory beside its bytes, as measured: its buffer, its sender, its place, and what is not yet freed. */
export const OVERHEAD_BYTES = 1_024;

/** Datagrams that the runtime reads in one turn of its loop: so many mean that more are waiting. */
const READ_A_TURN = 32;
/** How long verifying goes on before the socket is read again, in milliseconds. */
const SLICE_MS = 0.5;

export function createDatagramBacklog({ take, maxBytes = DEFAULT_MAX_BYTES }: DatagramBacklogOptions): DatagramBacklog {
  const held = new Fifo<ReadDatagram>();
  let heldBytes = 0;
  let isDue = false;
  let readThisTurn = 0;

  const takeSome = (): void => {
    const isMoreWaiting = readThisTurn >= READ_A_TURN;
    readThisTurn = 0;
    // Half of the room is for bursts; a flood that lasts is not to put verifying off for ever.
    if (isMoreWaiting && heldBytes < maxBytes / 2) return;
    const end = performance.now() + SLICE_MS;
    for (let next = held.shift(); next !== undefined; next = held.shift()) {
      heldBytes -= next.bytes.length + OVERHEAD_BYTES;
      take(next);
      if (performance.now() >= end) break;
    }
  };

  const takeSoon = (): void => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      takeSome();
      if (held.length > 0) takeSoon();
    });
  };

  return {
    get length() {
      return held.length;
    },
    push(datagram) {
      const size = datagram.bytes.length + OVERHEAD_BYTES;
      if (heldBytes + size > maxBytes) return false;
      heldBytes += size;
      readThisTurn++;
      held.push(datagram);
      takeSoon();
      return true;
    },
    abandon() {
      const left: ReadDatagram[] = [];
      for (let next = held.shift(); next !== undefined; next = held.shift()) left.push(next);
      heldBytes = 0;
      return left;
    },
  };
}
