import type { PendingMessages } from "../dispatch/pending-messages.ts";
import type { RecentlyRecorded } from "../dispatch/recently-recorded.ts";
import type { RecordQueue } from "../dispatch/record-queue.ts";
import type { Spiller } from "../dispatch/spiller.ts";
import type { Judge } from "../judge/judge.ts";
import type { ListenerCounters } from "../ledger/socket-counters.ts";
import type { Suspect } from "../quarantine/quarantine.ts";

/** A socket that takes messages in. Used once: it can't be started again after `stop`. */
export interface Listener {
  /**
   * Binds, and takes messages from then on.
   *
   * @returns where it listens, with the port it got: `udp://127.0.0.1:41234`, `tcp://[::1]:4953`
   * @throws an Error that says what to do, when the address can't be bound
   */
  start(): Promise<string>;

  /** Takes in what has already arrived, then closes. What the queue holds is the queue's to store. Twice is fine. */
  stop(): Promise<void>;

  /** Live: the figures change as messages arrive. */
  readonly counters: ListenerCounters;

  /** The figures of this moment, frozen. */
  snapshot(): ListenerCounters;
}

/** What every listener needs from the one who opens it. */
export interface ListenerOptions {
  /** An address or a name; IPv6 without brackets. A name is bound to its IPv4 address, if it has one. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Of `::`: leaves IPv4 alone. @default it takes IPv4 as well */
  readonly ipv6Only?: boolean | undefined;
  /** Decodes, proves and reads one datagram or frame. Runs between two readings of the socket, so it never waits. */
  readonly judge: Judge["bytes"];
  /** Where genuine records go. Several listeners may share one. */
  readonly queue: RecordQueue;
  /** What was recorded a moment ago, by any listener. */
  readonly recent: RecentlyRecorded;
  /** What is on its way, whichever listener took it. */
  readonly pending: PendingMessages;
  /** Takes messages that storage does not. @default none: they are counted failed or shed */
  readonly spiller?: Spiller | undefined;
  /** Told of each message with something rejected in it, after that was counted; `from` is `address:port`. */
  readonly onRejected?: (suspect: Suspect, from: string) => void;
  /** Told of what is nobody's message: a socket's own error after the start, or a fault in `judge`. */
  readonly onError?: (error: unknown) => void;
}
