import type { Peer } from "../dispatch/intake.ts";

/** Publishers' sockets, of which a region's cloud has some hundreds. More of them are one class with strangers. */
export const MOST_KNOWN = 4_096;

/**
 * Senders whose last message was genuine, by address and port. An address is forged for nothing, so this proves nothing:
 * it only says who goes first when there is more to verify than can be. Whoever forges the address of a known sender is
 * level with it, as all are without this.
 */
export class KnownPeers {
  /** In the order of their last genuine message: the oldest makes room. */
  readonly #known = new Set<string>();

  has(peer: Peer): boolean {
    return this.#known.has(nameOf(peer));
  }

  /** Notes whether a message of this sender was genuine. */
  note(peer: Peer, isGenuine: boolean): void {
    const name = nameOf(peer);
    this.#known.delete(name);
    if (!isGenuine) return;
    this.#known.add(name);
    if (this.#known.size <= MOST_KNOWN) return;
    // Not looked up before it is needed: a set walks over what was deleted in front of it.
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

function nameOf({ address = "", port }: Peer): string {
  return `${address} ${port}`;
}
