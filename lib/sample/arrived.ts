import type { Receipt } from "./receipt.ts";
import type { Rejection } from "./rejection.ts";

/** The attributes of a queue's message, by name; only those that are text. */
export type MessageAttributes = Readonly<Record<string, string>>;

/** A message as it arrived: a datagram or frame, or the body of a queue's message. */
export type Arrived =
  | { readonly form: "bytes"; readonly bytes: Uint8Array; readonly receipt: Receipt }
  | {
      readonly form: "text";
      readonly text: string;
      readonly attributes: MessageAttributes;
      readonly receipt: Receipt;
    };

/** A message of which at least one sample can never be recorded, as things are. */
export interface Suspect {
  readonly arrived: Arrived;
  /** At least one; of many, the first few say enough. */
  readonly rejected: readonly Rejection[];
}
