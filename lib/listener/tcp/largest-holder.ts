/** A frame of which a part has come. */
export interface UnfinishedFrame {
  /** Bytes of it that have come. */
  readonly bytes: number;
  /** Memory held for it. */
  readonly heldBytes: number;
  /** When its first byte came, on any one clock. */
  readonly since: number;
}

/** A connection as far as its unfinished frame goes. */
export interface Holder {
  /** The share that it counts in, see `addressShare`. */
  readonly share: string;
  readonly unfinished: UnfinishedFrame | undefined;
}

/** A frame that is no larger goes nowhere for want of memory: so much each connection may hold. */
export const ALWAYS_HELD_BYTES = 65_536;

/**
 * The connection to cut off when all together hold too much: the one with the oldest large frame in the share that holds
 * most. A frame that is on its way takes moments; an old one was left lying, whatever for.
 */
export function largestHolder<One extends Holder>(holders: Iterable<One>): One | undefined {
  const bytesOf = new Map<string, number>();
  const large: { readonly holder: One; readonly since: number }[] = [];
  for (const holder of holders) {
    const { share, unfinished } = holder;
    if (unfinished === undefined) continue;
    bytesOf.set(share, (bytesOf.get(share) ?? 0) + unfinished.heldBytes);
    if (unfinished.bytes > ALWAYS_HELD_BYTES) large.push({ holder, since: unfinished.since });
  }
  const held = ({ holder }: (typeof large)[number]) => bytesOf.get(holder.share) ?? 0;
  large.sort((one, other) => held(other) - held(one) || one.since - other.since);
  return large[0]?.holder;
}
