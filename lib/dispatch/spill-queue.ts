import type { Receipt } from "../sample/receipt.ts";

/** A datagram or frame that was proved genuine, but that storage could not take; its own signed bytes. */
export interface SpilledMessage {
  readonly bytes: Uint8Array;
  readonly receipt: Receipt;
}

export type Spilled = { readonly ok: true } | { readonly ok: false; readonly cause: unknown };

/** A queue that only we write to, behind which the same messages are judged and recorded again. */
export interface SpillQueue {
  /** Bytes of messages that one call takes at most. */
  readonly maxBytes: number;
  /** Hands all of them over durably, or none. Never rejects its promise. */
  send(messages: readonly SpilledMessage[]): Promise<Spilled>;
  close(): Promise<void>;
}
