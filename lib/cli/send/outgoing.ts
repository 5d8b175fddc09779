import type { MessageAttributes } from "../../sample/arrived.ts";

/** One datagram, frame or queue message that is ready to go. */
export interface Outgoing {
  readonly bytes: Buffer;
  readonly attributes?: MessageAttributes;
  /** How many samples or events it stands for in what is counted and paced. */
  readonly samples: number;
}

/** The messages that a command is to send. */
export interface OutgoingSource {
  /** Made one at a time, when it is due. */
  readonly messages: Iterable<Outgoing>;
  /** How many samples or events all of them stand for. */
  readonly length: number;
}
