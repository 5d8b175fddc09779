import { Timestamp } from "../sample/value.ts";

/** The three layouts of the msgpack specification; any other length has no valid nanoseconds. */
export function readTimestamp(bytes: Buffer): Timestamp {
  switch (bytes.length) {
    case 4:
      return new Timestamp(BigInt(bytes.readUInt32BE(0)), 0);
    case 8: {
      const packed = bytes.readBigUInt64BE(0);
      return new Timestamp(packed & 0x3_ffff_ffffn, Number(packed >> 34n));
    }
    case 12:
      return new Timestamp(bytes.readBigInt64BE(4), bytes.readUInt32BE(0));
    default:
      return new Timestamp(0n, Number.POSITIVE_INFINITY);
  }
}
