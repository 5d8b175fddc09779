import type { Suspect } from "../sample/arrived.ts";

export type Kept = { readonly ok: true } | { readonly ok: false; readonly cause: unknown };

/** The place that keeps rejected messages until somebody has looked. */
export interface Quarantine {
  /** Keeps a message durably, under the hash of its content: the same one twice is kept once. Never rejects its promise. */
  keep(suspect: Suspect): Promise<Kept>;
  close(): Promise<void>;
}
