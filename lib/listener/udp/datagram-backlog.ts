import { TimeShare } from "../../flow/time-share.ts";
import { KnownPeers, senderName } from "./known-peers.ts";
import { heldBytesOf, type ReadDatagram } from "./read-datagram.ts";
import { SenderQueues } from "./sender-queues.ts";
import { StrangerQueue } from "./stranger-queue.ts";

/**
 * A receive buffer of our own behind the system's, which holds only some 200 datagrams where nobody may ask for more:
 * verifying waits for reading, so that a flood is read as fast as a socket can be read. Senders who have sent something
 * genuine before go first, one after another, and are shed last. All others have a share of the time, by the clock and
 * whatever one of theirs costs, and all the time that is left.
 */
export interface DatagramBacklog {
  readonly length: number;
  push(datagram: ReadDatagram): void;
  /** Sheds all datagrams that are held. */
  abandon(): void;
}

export interface DatagramBacklogOptions {
  /** Judges one. @returns whether it was genuine */
  readonly take: (datagram: ReadDatagram) => boolean;
  /** Told of each that is given up unseen. */
  readonly shed: (datagram: ReadDatagram) => void;
  /** The most bytes held, each datagram with `OVERHEAD_BYTES`. @default 16 MiB */
  readonly maxBytes?: number;
  /** Milliseconds of a clock that is not set back. */
  readonly now?: () => number;
}

const DEFAULT_MAX_BYTES = 16 * 1_048_576;
/** Datagrams that the runtime reads in one turn of its loop: so many mean that more are waiting. */
const READ_A_TURN = 32;
/** How long verifying goes on before the socket is read again, in milliseconds. */
const SLICE_MS = 0.5;
/** The strangers' part of the time while others wait: a new publisher has to become known beside busy ones. */
const STRANGERS_SHARE = 1 / 8;
/** The most time that strangers may save up while the loop stands still, in milliseconds: all others wait as long. */
const MOST_SAVED_MS = 10;

export function createDatagramBacklog(options: DatagramBacklogOptions): DatagramBacklog {
  const { take, shed, maxBytes = DEFAULT_MAX_BYTES, now = () => performance.now() } = options;
  const peers = new KnownPeers(now);
  const known = new SenderQueues();
  const strangers = new StrangerQueue();
  const strangersTime = new TimeShare({ share: STRANGERS_SHARE, most: MOST_SAVED_MS });
  let heldBytes = 0;
  let isDue = false;
  let readThisTurn = 0;
  /** Up to when the strangers' share of the time was counted. */
  let countedTo = 0;

  const pushStranger = (datagram: ReadDatagram): void => {
    // Time in which no stranger waited gives them no claim.
    if (strangers.length === 0) countedTo = now();
    strangers.push(datagram);
  };

  /** The oldest whose sender still goes first; those of the others fall back. */
  const shiftKnown = (): ReadDatagram | undefined => {
    for (let next = known.shift(); next !== undefined; next = known.shift()) {
      if (peers.goesFirst(next.peer)) return next;
      pushStranger(next);
    }
    return undefined;
  };

  /** @returns when it was done */
  const judge = (next: ReadDatagram, start: number): number => {
    heldBytes -= heldBytesOf(next);
    const isGenuine = take(next);
    const end = now();
    peers.note(next.peer, isGenuine, end - start);
    return end;
  };

  const takeStranger = (start: number, isSpare: boolean): number | undefined => {
    const next = strangers.shift();
    if (next === undefined) return undefined;
    const end = judge(next, start);
    strangers.spend(next, end - start);
    if (isSpare) strangersTime.spendSpare(end - start);
    else strangersTime.spend(end - start);
    return end;
  };

  /** @returns when it was done; undefined if there was nothing to take now */
  const takeOne = (start: number, isMoreWaiting: boolean): number | undefined => {
    if (strangersTime.isDue && strangers.length > 0) return takeStranger(start, known.length === 0 && !isMoreWaiting);
    const next = shiftKnown();
    if (next !== undefined) return judge(next, start);
    // Reading a flood is worth more than verifying it.
    return isMoreWaiting ? undefined : takeStranger(start, true);
  };

  const takeSome = (): void => {
    const isMoreWaiting = readThisTurn >= READ_A_TURN;
    readThisTurn = 0;
    // Half of the room is for bursts; a flood that lasts is not to put verifying off for ever.
    if (isMoreWaiting && heldBytes < maxBytes / 2) return;
    let time: number | undefined = now();
    const end = time + SLICE_MS;
    strangersTime.pass(strangers.length > 0 ? time - countedTo : 0);
    countedTo = time;
    while (time !== undefined && time < end) time = takeOne(time, isMoreWaiting);
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
  const makeRoom = (size: number, sender: string | undefined): boolean => {
    while (heldBytes + size > maxBytes) {
      const oldest = strangers.shed(maxBytes) ?? (sender === undefined ? undefined : known.shed(sender));
      if (oldest === undefined) return false;
      heldBytes -= heldBytesOf(oldest);
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
      const isKnown = peers.goesFirst(datagram.peer);
      const size = heldBytesOf(datagram);
      if (!makeRoom(size, isKnown ? senderName(datagram.peer) : undefined)) {
        shed(datagram);
        return;
      }
      heldBytes += size;
      if (isKnown) known.push(datagram);
      else pushStranger(datagram);
      takeSoon();
    },
    abandon() {
      for (const from of [known, strangers])
        for (let next = from.shift(); next !== undefined; next = from.shift()) shed(next);
      heldBytes = 0;
    },
  };
}
