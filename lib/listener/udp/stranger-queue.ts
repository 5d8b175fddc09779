import { Fifo } from "../../flow/fifo.ts";
import { TimeShare } from "../../flow/time-share.ts";
import { heldBytesOf, type ReadDatagram } from "./read-datagram.ts";

/** A sample as Ceilometer sends it has one to four kilobytes. What is larger costs more to verify, and goes last. */
export const LARGE_BYTES = 8_192;
/** The part of strangers' time and room that is left to large datagrams: a new publisher may have no others. */
const LARGE_SHARE = 1 / 8;
/** The most time that large ones may save up while none is taken, in milliseconds. */
const MOST_SAVED_MS = 10;

/** Datagrams of senders that are not known: in order, the large ones last. */
export class StrangerQueue {
  readonly #small = new Fifo<ReadDatagram>();
  readonly #large = new Fifo<ReadDatagram>();
  readonly #largeTime = new TimeShare({ share: LARGE_SHARE, most: MOST_SAVED_MS });
  #largeBytes = 0;

  get length(): number {
    return this.#small.length + this.#large.length;
  }

  push(datagram: ReadDatagram): void {
    if (!isLarge(datagram)) this.#small.push(datagram);
    else {
      this.#large.push(datagram);
      this.#largeBytes += heldBytesOf(datagram);
    }
  }

  shift(): ReadDatagram | undefined {
    const isTurnOfLarge = this.#largeTime.isDue && this.#large.length > 0;
    return isTurnOfLarge ? this.#shiftLarge() : (this.#small.shift() ?? this.#shiftLarge());
  }

  /** Notes the time that one of them took. */
  spend(datagram: ReadDatagram, milliseconds: number): void {
    if (!isLarge(datagram)) this.#largeTime.pass(this.#large.length > 0 ? milliseconds : 0);
    else if (this.#small.length > 0) this.#largeTime.spend(milliseconds);
    else this.#largeTime.spendSpare(milliseconds);
  }

  /** Gives up the oldest: a large one while these hold more than their share of so many bytes. */
  shed(maxBytes: number): ReadDatagram | undefined {
    return this.#largeBytes > LARGE_SHARE * maxBytes ? this.#shiftLarge() : (this.#small.shift() ?? this.#shiftLarge());
  }

  #shiftLarge(): ReadDatagram | undefined {
    const oldest = this.#large.shift();
    if (oldest !== undefined) this.#largeBytes -= heldBytesOf(oldest);
    return oldest;
  }
}

function isLarge({ bytes }: ReadDatagram): boolean {
  return bytes.length > LARGE_BYTES;
}
