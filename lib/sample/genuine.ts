import type { MeteringRecord } from "./sample.ts";

/** A record proved genuine, and by what. */
export interface Genuine {
  readonly record: MeteringRecord;
  readonly keyId: string;
  /** Its share of the bytes that were decoded, which deflate may have made few of on the way. */
  readonly size: number;
  /** Another reading that its signed text allows, if it is worth telling. */
  readonly mark?: string | undefined;
}
