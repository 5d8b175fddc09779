/** The facts of a connection that decide which one is closed for which. */
export interface SharingConnection {
  /** The share that it counts in, see `addressShare`. */
  readonly share: string;
  /** Held up by us: it has brought something that was not looked at yet. */
  readonly waiting: boolean;
}

export interface ConnectionSharesOptions {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Milliseconds of a clock that is not set back. */
  readonly now?: () => number;
}

/** Whether one more fits, and who has to go for it. */
export type Room<Connection> =
  | { readonly fits: true; readonly displaced: Connection | undefined }
  | { readonly fits: false };

/**
 * While there are too few connections for all, one that has never brought anything genuine may be closed at this age.
 * At any other time it may be silent for ever: Ceilometer connects when it starts, and sends when it first polls.
 */
export const SILENT_FOR_MS = 10_000;
/** The same for one whose last genuine frame was so long ago: longer than anybody polls. */
export const QUIET_FOR_MS = 3_600_000;

/** The connections of one share, each with the time since when it has brought nothing genuine; the longest first. */
interface Share<Connection> {
  /** Those that never have. */
  readonly silent: Map<Connection, number>;
  readonly genuine: Map<Connection, number>;
}

/**
 * The open connections, in shares by address. No address takes all, and none loses a connection that is at work to another
 * address that is not.
 */
export class ConnectionShares<Connection extends SharingConnection> {
  readonly #shares = new Map<string, Share<Connection>>();
  readonly #maxConnections: number;
  readonly #maxPerShare: number;
  readonly #now: () => number;
  #open = 0;

  constructor({ maxConnections, maxConnectionsPerAddress, now = () => performance.now() }: ConnectionSharesOptions) {
    this.#maxConnections = maxConnections;
    this.#maxPerShare = maxConnectionsPerAddress;
    this.#now = now;
  }

  add(connection: Connection): void {
    const share = this.#shares.get(connection.share) ?? { silent: new Map(), genuine: new Map() };
    this.#shares.set(connection.share, share);
    share.silent.set(connection, this.#now());
    this.#open++;
  }

  remove(connection: Connection): void {
    const share = this.#shares.get(connection.share);
    if (share === undefined || !(share.silent.delete(connection) || share.genuine.delete(connection))) return;
    this.#open--;
    if (sizeOf(share) === 0) this.#shares.delete(connection.share);
  }

  /** Notes that it has brought something genuine. */
  note(connection: Connection): void {
    const share = this.#shares.get(connection.share);
    if (share === undefined || !(share.silent.delete(connection) || share.genuine.delete(connection))) return;
    share.genuine.set(connection, this.#now());
  }

  /** @param isShort there is room for no more, whatever the limits say */
  roomFor(name: string, isShort = false): Room<Connection> {
    const own = this.#shares.get(name);
    if (own !== undefined && sizeOf(own) >= this.#maxPerShare) {
      return displacing(this.#longest([own.silent]) ?? this.#longest([own.genuine]));
    }
    if (!isShort && this.#open < this.#maxConnections) return { fits: true, displaced: undefined };
    const shares = Array.from(this.#shares.values());
    return displacing(
      this.#ofLargest(shares, own?.silent.size ?? 0) ??
        this.#longest(
          shares.map(({ silent }) => silent),
          SILENT_FOR_MS,
        ) ??
        this.#longest(
          shares.map(({ genuine }) => genuine),
          QUIET_FOR_MS,
        ),
    );
  }

  /** One of the share with most silent connections, if it has more than the newcomer's will: however young they are. */
  #ofLargest(shares: readonly Share<Connection>[], own: number): Connection | undefined {
    let largest = new Map<Connection, number>();
    for (const { silent } of shares) if (silent.size > largest.size) largest = silent;
    return largest.size > own + 1 ? this.#longest([largest]) : undefined;
  }

  /** The connection that has brought nothing genuine for longest, and for at least so long. */
  #longest(connections: readonly ReadonlyMap<Connection, number>[], milliseconds = 0): Connection | undefined {
    let found: Connection | undefined;
    let since = this.#now() - milliseconds;
    for (const inOrder of connections) {
      const first = firstOf(inOrder);
      if (first !== undefined && first.since <= since) ({ connection: found, since } = first);
    }
    return found;
  }
}

/** The first that may go. */
function firstOf<Connection extends SharingConnection>(connections: ReadonlyMap<Connection, number>) {
  for (const [connection, since] of connections) if (!connection.waiting) return { connection, since };
  return undefined;
}

function sizeOf({ silent, genuine }: Share<unknown>): number {
  return silent.size + genuine.size;
}

function displacing<Connection>(displaced: Connection | undefined): Room<Connection> {
  return displaced === undefined ? { fits: false } : { fits: true, displaced };
}
