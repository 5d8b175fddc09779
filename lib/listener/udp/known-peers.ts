import type { Peer } from "../../dispatch/intake.ts";
import { TimeShare } from "../../flow/time-share.ts";

/** Publishers' sockets, of which a region's cloud has some hundreds. More of them are one class with strangers. */
export const MOST_KNOWN = 4_096;

/**
 * The time that may go into what is not genuine before its sender waits with the strangers: a sixteenth of all time, as
 * much as its genuine messages take, and this at once. Its address may be forged, so one bad message means nothing, and
 * a flood under it must not take the time of the others.
 */
const WASTE = { share: 1 / 16, most: 200 } as const;
/** One message, however dear, does not use up the whole allowance. */
const MOST_FOR_ONE_MS = WASTE.most / 2;

/**
 * Senders that have sent something genuine, by address and port. An address is forged for nothing, so this proves
 * nothing: it only says who goes first when there is more to verify than can be. Whoever forges the address of a known
 * sender shares its lot, and no other's.
 */
export class KnownPeers {
  /**
   * In the order of their last genuine message: the oldest makes room. No LRU cache, in which every look is a use: a
   * sender that floods us under a name would keep it, and each datagram would cost a deletion.
   */
  readonly #known = new Map<string, Standing>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that is not set back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Known, and not the name under which too much is sent that is not genuine. */
  goesFirst(peer: Peer): boolean {
    const standing = this.#known.get(senderName(peer));
    return standing !== undefined && this.#allowanceOf(standing).isDue;
  }

  /** Notes whether a message of this sender was genuine, and the time it took. */
  note(peer: Peer, isGenuine: boolean, milliseconds: number): void {
    const name = senderName(peer);
    const standing = this.#known.get(name);
    if (!isGenuine) {
      if (standing !== undefined) this.#allowanceOf(standing).spendSpare(Math.min(milliseconds, MOST_FOR_ONE_MS));
      return;
    }
    standing?.allowance.earn(milliseconds);
    this.#known.delete(name);
    this.#known.set(name, standing ?? this.#newStanding());
    if (this.#known.size <= MOST_KNOWN) return;
    // Not looked up before it is needed: a map walks over what was deleted in front of it.
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  #newStanding(): Standing {
    return { allowance: new TimeShare({ ...WASTE, balance: WASTE.most }), since: this.#now() };
  }

  #allowanceOf(standing: Standing): TimeShare {
    const now = this.#now();
    standing.allowance.pass(now - standing.since);
    standing.since = now;
    return standing.allowance;
  }
}

interface Standing {
  readonly allowance: TimeShare;
  /** Up to when its share of the time was counted. */
  since: number;
}

/** A sender by address and port. */
export function senderName({ address = "", port }: Peer): string {
  return `${address} ${port}`;
}
