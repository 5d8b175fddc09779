import type { Peer } from "../dispatch/intake.ts";
import { Fifo } from "../flow/fifo.ts";
import { KnownPeers } from "./known-peers.ts";

/** A datagram that was read from the socket and not yet looked at. */
export interface ReadDatagram {
  readonly bytes: Uint8Array;
  readonly peer: Peer;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/**
 * A receive buffer of our own behind the system's, which holds only some 200 datagrams where nobody may ask for more:
 * verifying waits for reading, so that a flood is read as fast as a socket can be read. Senders who have sent something
 * genuine before go first, and are shed last.
 */
export interface DatagramBacklog {
  readonly length: number;
  push(datagram: ReadDatagram): void;
  /** Sheds what is held. */
  abandon(): void;
}

export interface DatagramBacklogOptions {
  /** Judges one. @returns whether it was genuine */
  readonly take: (datagram: ReadDatagram) => boolean;
  /** Told of each that is given up unseen. */
  readonly shed: (datagram: ReadDatagram) => void;
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

export function createDatagramBacklog(options: DatagramBacklogOptions): DatagramBacklog {
  const { take, shed, maxBytes = DEFAULT_MAX_BYTES } = options;
  const peers = new KnownPeers();
  const known = new Fifo<ReadDatagram>();
  const strangers = new Fifo<ReadDatagram>();
  let heldBytes = 0;
  let isDue = false;
  let readThisTurn = 0;

  const shift = (from: Fifo<ReadDatagram>): ReadDatagram | undefined => {
    const next = from.shift();
    if (next !== undefined) heldBytes -= sizeOf(next);
    return next;
  };

  const takeFrom = (from: Fifo<ReadDatagram>): boolean => {
    const next = shift(from);
    if (next !== undefined) peers.note(next.peer, take(next));
    return next !== undefined;
  };

  const takeSome = (): void => {
    const isMoreWaiting = readThisTurn >= READ_A_TURN;
    readThisTurn = 0;
    // Half of the room is for bursts; a flood that lasts is not to put verifying off for ever.
    if (isMoreWaiting && heldBytes < maxBytes / 2) return;
    const end = performance.now() + SLICE_MS;
    // One in any case, or whoever is new would never become known beside others who are busy.
    takeFrom(strangers);
    while (takeFrom(known)) if (performance.now() >= end) return;
    // Reading a flood is worth more than verifying it.
    if (!isMoreWaiting) while (takeFrom(strangers)) if (performance.now() >= end) return;
  };

  const takeSoon = (): void => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      takeSome();
      if (known.length + strangers.length > 0) takeSoon();
    });
  };

  /** Sheds the oldest until so much fits; of known senders only for a known one. */
  const makeRoom = (size: number, isKnown: boolean): boolean => {
    while (heldBytes + size > maxBytes) {
      const oldest = shift(strangers) ?? (isKnown ? shift(known) : undefined);
      if (oldest === undefined) return false;
      shed(oldest);
    }
    return true;
  };

  return {
    get length() {
      return known.length + strangers.length;
    },
    push(datagram) {
      readThisTurn++;
      const isKnown = peers.has(datagram.peer);
      if (!makeRoom(sizeOf(datagram), isKnown)) {
        shed(datagram);
        return;
      }
      heldBytes += sizeOf(datagram);
      (isKnown ? known : strangers).push(datagram);
      takeSoon();
    },
    abandon() {
      for (const from of [known, strangers])
        for (let next = shift(from); next !== undefined; next = shift(from)) shed(next);
    },
  };
}

function sizeOf({ bytes }: ReadDatagram): number {
  return bytes.length + OVERHEAD_BYTES;
}
