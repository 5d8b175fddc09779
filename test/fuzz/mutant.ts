import type { MessageAttributes } from "../../lib/sample/arrived.ts";
import type { ListenerName } from "../../lib/sample/listener-name.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import type { Signed } from "./corpus.ts";
import type { Sealed } from "./sealing.ts";

/** What a transport hands on. */
export type Delivery =
  | { readonly form: "bytes"; readonly bytes: Uint8Array }
  | { readonly form: "text"; readonly text: string; readonly attributes: MessageAttributes };

/** One mutated message on its way in, with genuine ones beside it where its transport carries several. */
export interface Mutant {
  readonly index: number;
  readonly transport: "datagram" | "stream" | "queue message";
  readonly scheme: "legacy" | "v2";
  /** What was done to it first. */
  readonly mutation: string;
  /** As it was sent. */
  readonly bytes: Buffer;
  /** What the transport makes of it: what the judge is given. */
  readonly deliveries: readonly Result<Delivery>[];
  /** Whether it was signed after the mutation. */
  readonly isResigned: boolean;
  /** How, with Ceilometer's signature. */
  readonly signed?: Signed | undefined;
  /** How, with signature v2, or else what was signed before the mutation; undefined if by a key that proves nothing here. */
  readonly sealed?: Sealed | undefined;
  /** What tells its genuine neighbours, see `provenIn`: they have to be recorded whatever the mutant is, */
  readonly neighbours: readonly string[];
  /** unless it spoils the list that all of them are in, because nobody can say where it ends. Asked if one is lost. */
  readonly isSpoilt?: () => boolean;
  /** What a transport did wrong before anything was judged. */
  readonly problem?: string;
}

export type Draft = Omit<Mutant, "index" | "transport" | "scheme">;

/** Where a transport ends. */
export function listenerOf({ transport }: Mutant): ListenerName {
  return transport === "datagram" ? "udp" : transport === "stream" ? "tcp" : "queue";
}

export function asBytes(bytes: Uint8Array): Delivery {
  return { form: "bytes", bytes };
}
