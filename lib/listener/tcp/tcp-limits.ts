import { messageLimits } from "../../wire/limits.ts";

/** The limits on what an outsider may make a TCP listener hold or wait for. */
export interface TcpLimits {
  readonly maxFrameBytes: number;
  /** From the first byte of a frame's length to its last: a sender that trickles is cut off however it trickles. */
  readonly frameTimeoutMs: number;
  /** Connections open at once. For one more, a silent one is closed, or else the new one: see `ConnectionShares`. */
  readonly maxConnections: number;
  /** Per address, or IPv6 network of 64 bits. One more displaces its own that has longest brought nothing genuine. */
  readonly maxConnectionsPerAddress: number;
  /**
   * Bytes of frames not yet complete, over all connections. Beyond it large ones are cut off: see `largestHolder`. Whole
   * frames that wait may hold as much again.
   */
  readonly maxBufferedBytes: number;
  /** Time at the stop to take the frames that have already arrived. Then the rest is shed. */
  readonly stopWithinMs: number;
}

export const MEBIBYTE = 1_048_576;
export const DEFAULT_CONNECTIONS = 1_000;
export const DEFAULT_CONNECTIONS_PER_ADDRESS = 250;
export const DEFAULT_BUFFER_MEBIBYTES = 64;

/** The limits asked for, and for the rest what a collector in a small container can bear. */
export function tcpLimits(asked: Partial<TcpLimits> = {}): TcpLimits {
  const {
    maxFrameBytes = messageLimits.maxBytes,
    // A publisher sends a frame in one call: seconds already mean that it was stopped half-way.
    frameTimeoutMs = 10_000,
    // One a publishing agent; a region has hundreds.
    maxConnections = DEFAULT_CONNECTIONS,
    // Four sites, each behind one address, at the least.
    maxConnectionsPerAddress = DEFAULT_CONNECTIONS_PER_ADDRESS,
    // Sixty-four of the largest frames at once.
    maxBufferedBytes = DEFAULT_BUFFER_MEBIBYTES * MEBIBYTE,
    // Part of the ten seconds that stopping everything may take.
    stopWithinMs = 2_000,
  } = asked;
  return { maxFrameBytes, frameTimeoutMs, maxConnections, maxConnectionsPerAddress, maxBufferedBytes, stopWithinMs };
}
