import type { ListenerName } from "./listener-name.ts";

/**
 * How a message first reached us. It stays with a message that is spilled, set aside or replayed: which keys may
 * have signed it, and whether its times are believable, is judged as of then.
 */
export interface Receipt {
  readonly listener: ListenerName;
  /** The sender's IP address; undefined where nobody can vouch for one. */
  readonly address: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}
