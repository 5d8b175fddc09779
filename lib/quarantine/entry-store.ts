/** The store of entries: texts with names that never change once written. */
export interface EntryStore {
  /**
   * Writes durably and as a whole; what has that name already is left as it is. Rejects if it can't.
   *
   * @param room whose: of a queue's message, which fails unless it is kept, or of what anybody sends to a socket. Rejects
   * with `NoRoomForSockets` where the latter is used up
   */
  write(name: string, text: string, room: Room): Promise<void>;
  /** All whose name begins so, in no order; what isn't ours too. */
  list(beginning: string): AsyncIterable<StoredName>;
  /** @returns undefined where there is none. Rejects with `EntryTooLarge` for more than `LARGEST_ENTRY`. */
  read(name: string): Promise<string | undefined>;
  /** Fine where there is none. */
  remove(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface StoredName {
  readonly name: string;
  /** Milliseconds since 1970, to the second at least. */
  readonly writtenAt: number;
}

/** Bytes: 1 MiB of text takes 6 MiB where JSON has to spell each character out, attributes 1.5 MiB. */
export const LARGEST_ENTRY = 8 * 1_048_576;

export type Room = "queue" | "sockets";

/** The queue's room is kept free: what came by a socket is left out, as it is when it comes too often. */
export class NoRoomForSockets extends Error {}

export class EntryTooLarge extends Error {
  constructor(bytes: number) {
    super(`it has ${bytes} bytes, and no entry has more than ${LARGEST_ENTRY}`);
  }
}
