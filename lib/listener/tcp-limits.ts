import { messageLimits } from "../wire/limits.ts";

/** What an outsider may make a TCP listener hold or wait for. */
export interface TcpLimits {
  readonly maxFrameBytes: number;
  /** From the first byte of a frame's length to its last: a sender that trickles is cut off however it trickles. */
  readonly frameTimeoutMs: number;
  /** Further ones are closed at once. */
  readonly maxConnections: number;
  /** Of frames not yet complete, over all connections. The one that exceeds it is closed. */
  readonly maxBufferedBytes: number;
  /** At the stop, for what has already arrived to be taken. Then the rest is shed. */
  readonly stopWithinMs: number;
}

const MEBIBYTE = 1_048_576;

/** The limits asked for, and for the rest what a collector in a small container can bear. */
export function tcpLimits(asked: Partial<TcpLimits> = {}): TcpLimits {
  const {
    maxFrameBytes = messageLimits.maxBytes,
    // A publisher sends a frame in one call: seconds already mean that it was stopped half-way.
    frameTimeoutMs = 10_000,
    // One a publishing agent; a region has hundreds.
    maxConnections = 1_000,
    // Sixty-four of the largest frames at once.
    maxBufferedBytes = 64 * MEBIBYTE,
    // Of the ten seconds that stopping everything may take.
    stopWithinMs = 2_000,
  } = asked;
  return { maxFrameBytes, frameTimeoutMs, maxConnections, maxBufferedBytes, stopWithinMs };
}
