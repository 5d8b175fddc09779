import type { Arrived } from "../sample/arrived.ts";
import type { Rejection } from "../sample/rejection.ts";

/** One rejected message, as it is kept. Holds what an outsider sent, and nothing of ours but the reasons. */
export interface Entry {
  /** SHA-256 over form, attributes and content: 64 lower-case hexadecimal digits. */
  readonly id: string;
  /** The first 10; at least one. */
  readonly reasons: readonly Rejection[];
  /** The message and its first receipt. Where it is truncated, the beginning of its content. */
  readonly arrived: Arrived;
  /** Milliseconds since 1970. */
  readonly keptAt: number;
  /** Bytes of the whole content, of text in UTF-8. */
  readonly size: number;
  /** Something of it was left out: it can be looked at, but never be replayed. */
  readonly truncated: boolean;
}
