import type { IntakeOptions } from "../../dispatch/intake.ts";
import type { ListenerCounters } from "../../ledger/socket-counters.ts";

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

/** The options of every listener, whatever its protocol. */
export interface ListenerOptions extends IntakeOptions {
  /** An address or a name; IPv6 without brackets. A name is bound to its IPv4 address, if it has one. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Of `::`: leaves IPv4 alone. @default it takes IPv4 as well */
  readonly ipv6Only?: boolean | undefined;
}
