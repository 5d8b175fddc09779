import type { KeyObject } from "node:crypto";
import type { BlockList } from "node:net";

/** The scheme of a key: it signs Ceilometer's canonical text, or the raw bytes of signature v2. Never both. */
export type KeyScheme = "legacy" | "v2";

/** A secret with a name. */
export interface Key {
  /** 1 to 64 of A-Z, a-z, 0-9, _ and -. No secret: it is logged and counted. */
  readonly id: string;
  readonly scheme: KeyScheme;
  readonly secret: KeyObject;
  /** Networks that it is accepted from. @default everywhere, also where no address is known */
  readonly from?: BlockList;
  /** Values of `publisher_id` that it is accepted for. @default any, also none */
  readonly publishers?: ReadonlySet<string>;
  /** Milliseconds since 1970: what was received from then on is refused, what was received before stays good. */
  readonly retiredAt?: number;
}
