import { createTokenBucket } from "../flow/token-bucket.ts";
import { within } from "../flow/within.ts";
import type { Logger } from "../log/logger.ts";
import type { Suspect } from "../sample/arrived.ts";
import { NoRoomForSockets } from "./entry-store.ts";
import { createProvedShare, provedBy } from "./proved-share.ts";
import type { Quarantine } from "./quarantine.ts";
import { createSeenContent } from "./seen-content.ts";

/** The way into the quarantine: a bounded share for messages that anybody can send, and those proved genuine beside it. */
export interface QuarantineQuota {
  /** @returns whether it is being written. Never waits, never throws; nothing beyond the bounds is held. */
  offer(suspect: Suspect): boolean;
  counts(): QuarantineCounts;
  /** Takes nothing more, and waits for what is being written, 5 s at most. The quarantine stays open. Twice is fine. */
  close(withinMs?: number): Promise<void>;
}

/** Messages since the start; those being written are in none of them. */
export interface QuarantineCounts {
  readonly kept: number;
  /** Left out: over the share, the same as one written lately, or without room for what comes by sockets. */
  readonly skipped: number;
  readonly failed: number;
}

export interface QuarantineQuotaOptions {
  /** Refill of the token bucket, in messages per minute; 0 for none. */
  readonly perMinute: number;
  /** Size of the token bucket: messages at once after a quiet time. */
  readonly burst?: number;
  /** Writes at a time, each of which holds its message in memory. */
  readonly maxInFlight?: number;
  /** Milliseconds of a clock that is not set back. */
  readonly now?: () => number;
}

/** A new publisher's wrong setting shows at once, and an attack of a few seconds is seen as a whole. */
const DEFAULT_BURST = 100;
/** A write takes some 20 ms: enough for the burst within a second. */
const DEFAULT_IN_FLIGHT = 8;
/** A broken publisher sends the same again and again; within this time it is written once. */
const RECENT_MS = 10 * 60_000;
/** Many times the messages let through in that time; 100 KB at most. */
const RECENT_MOST = 1_000;
const LOG_EVERY_MS = 60_000;
const CLOSE_WITHIN_MS = 5_000;

export function createQuarantineQuota(
  quarantine: Quarantine & { readonly whole?: Quarantine },
  logger: Logger,
  options: QuarantineQuotaOptions,
): QuarantineQuota {
  const { perMinute, burst = DEFAULT_BURST, maxInFlight = DEFAULT_IN_FLIGHT, now = () => performance.now() } = options;
  const bucket = createTokenBucket({ perMinute, burst, now });
  const recent = createSeenContent({ most: RECENT_MOST, forMs: RECENT_MS, now });
  const writing = new Set<Promise<void>>();
  const counts = { kept: 0, skipped: 0, failed: 0 };
  let closed = false;
  let loggedAt = Number.NEGATIVE_INFINITY;

  const failed = (cause: unknown): void => {
    const isLeftOut = cause instanceof NoRoomForSockets;
    counts[isLeftOut ? "skipped" : "failed"]++;
    if (now() - loggedAt < LOG_EVERY_MS) return;
    loggedAt = now();
    if (isLeftOut) logger.warn("rejected messages are left out of the quarantine", { cause, skipped: counts.skipped });
    else logger.warn("a rejected message could not be put into quarantine", { cause, failed: counts.failed });
  };

  // Apart from noise, which any amount of may come.
  const proved = createProvedShare(quarantine.whole ?? quarantine, failed);

  const write = async (suspect: Suspect, digest: string): Promise<void> => {
    try {
      const kept = await quarantine.keep(suspect);
      if (kept.ok) {
        counts.kept++;
        return;
      }
      recent.forget(digest);
      failed(kept.cause);
    } catch (error) {
      // `keep` promises not to. Should it break that, a rejected message may not end the service.
      recent.forget(digest);
      failed(error);
    }
  };

  const admitted = (suspect: Suspect): boolean => {
    // In this order, so that a flood costs no hashing once the share is used up.
    if (closed || writing.size >= maxInFlight || !bucket.available()) return false;
    const digest = recent.digest(suspect.arrived);
    if (recent.has(digest)) return false;
    bucket.take();
    recent.add(digest);
    const written = write(suspect, digest).finally(() => writing.delete(written));
    writing.add(written);
    return true;
  };

  return {
    offer(suspect) {
      const signature = provedBy(suspect);
      if (signature !== undefined) return proved.offer(suspect, signature);
      const taken = admitted(suspect);
      if (!taken) counts.skipped++;
      return taken;
    },

    counts() {
      const { kept, skipped } = proved.counts();
      return { kept: counts.kept + kept, skipped: counts.skipped + skipped, failed: counts.failed };
    },

    async close(withinMs = CLOSE_WITHIN_MS) {
      closed = true;
      await within(withinMs, Promise.all([...writing, proved.close()]));
    },
  };
}
