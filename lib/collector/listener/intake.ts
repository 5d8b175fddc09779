import type { Stored } from "../../storage/driver.ts";
import type { Rejection, Result } from "../outcome.ts";
import type { MeteringRecord } from "../sample.ts";
import type { ListenerOptions } from "./listener.ts";
import type { MutableCounters } from "./listener-counters.ts";

/** The way of one message from a socket into the queue, counted at each step. */
export interface Intake {
  /** Judges, and queues what is genuine; sheds it when the queue is full. */
  receive(message: Uint8Array, peer: Peer): void;
  /** Counts a message that was rejected before it was whole. */
  refuse(rejection: Rejection, peer: Peer): void;
  /** Counts and reports what went wrong beside the messages. */
  report(error: unknown): void;
}

/** Spelled out only when somebody asks: most messages are not rejected. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

const NOTHING = new Uint8Array(0);

export function createIntake(options: ListenerOptions, counters: MutableCounters): Intake {
  const { judge, queue, onRejected, onError } = options;

  const settle = (fate: Stored): void => {
    counters.inFlight--;
    if (fate.kind === "recorded") counters.recorded++;
    else if (fate.kind === "failed") counters.failed++;
    else counters.rejected.unstorable++;
  };

  const count = (bytes: number): void => {
    counters.received++;
    counters.bytes += bytes;
  };

  const refuse = (rejection: Rejection, message: Uint8Array, peer: Peer): void => {
    count(message.length);
    counters.rejected[rejection.reason]++;
    const { reason, detail } = rejection;
    onRejected?.({ reason, detail }, message, spelled(peer));
  };

  const report = (error: unknown): void => {
    counters.errors++;
    onError?.(error);
  };

  return {
    report,
    refuse: (rejection, peer) => refuse(rejection, NOTHING, peer),

    receive(message, peer) {
      let judged: Result<MeteringRecord>;
      try {
        judged = judge(message);
      } catch (error) {
        // `judge` promises not to throw. Should it break that, one message may not end the whole service.
        count(message.length);
        counters.failed++;
        report(error);
        return;
      }
      if (!judged.ok) {
        refuse(judged, message, peer);
        return;
      }
      count(message.length);
      if (queue.enqueue(judged.value, settle)) counters.inFlight++;
      else counters.shed++;
    },
  };
}

function spelled({ address, port }: Peer): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
