/** The limits on what an outsider may make us hold or do. Each is checked before the memory is taken. */
export interface DecodeLimits {
  /** Bytes of one datagram, frame or queue message. */
  readonly maxBytes: number;
  /** How deep maps and lists may nest. Real metadata nests fewer than ten deep. */
  readonly maxDepth: number;
  /** Entries of one map; also bounds the work of finding Python 2's dictionary order. */
  readonly maxMapLength: number;
  readonly maxArrayLength: number;
  /** Bytes of one text or byte string (UTF-16 code units in JSON). */
  readonly maxStringLength: number;
  /** Digits of a JSON integer. Python refuses more than 4,300 as well; msgpack's integers have 20 at most. */
  readonly maxIntegerDigits: number;
}

/** A UDP datagram holds at most 65,507 bytes. */
export const datagramLimits: DecodeLimits = {
  maxBytes: 65_536,
  maxDepth: 128,
  maxMapLength: 2_048,
  maxArrayLength: 10_000,
  maxStringLength: 65_536,
  maxIntegerDigits: 4_300,
};

/** A TCP frame or a queue message: SQS carries up to 1 MiB. */
export const messageLimits: DecodeLimits = { ...datagramLimits, maxBytes: 1_048_576, maxStringLength: 1_048_576 };
