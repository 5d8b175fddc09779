import { detachedBytes } from "../dispatch/detached-bytes.ts";
import { Fifo } from "../flow/fifo.ts";
import { LruCache } from "../flow/lru-cache.ts";
import type { Arrived, Suspect } from "../sample/arrived.ts";
import type { Quarantine } from "./quarantine.ts";
import { createSeenContent } from "./seen-content.ts";

/** The way into the quarantine for messages proved genuine and refused all the same: whole, however many there are. */
export interface ProvedShare {
  /** @returns whether it is being written, or will be. Never waits, never throws. */
  offer(suspect: Suspect, signature: string): boolean;
  counts(): { readonly kept: number; readonly skipped: number };
  /** Takes nothing more; fulfils once all that waits is written. The quarantine stays open. */
  close(): Promise<void>;
}

/** A write takes some 20 ms: 400 per second, more than a collector of one core can be sent. */
const MAX_IN_FLIGHT = 8;
/** For a while in which the quarantine is slow: some 10,000 datagrams. */
const MAX_WAITING_BYTES = 16 * 1_048_576;
/**
 * Messages kept under one signature. A capturer can write the same text in as many forms as he likes, and each would be
 * another entry; more of it explains nothing.
 */
const MOST_OF_A_SIGNATURE = 4;
/** Signatures remembered, with their digests some 5 MB. A message that was forgotten is kept again, under the same id. */
const MOST_SIGNATURES = 10_000;

interface Waiting {
  readonly suspect: Suspect;
  /** The digests of all that is kept under the same signature. */
  readonly contents: Set<string>;
  /** Its own digest among them. */
  readonly content: string;
}

/**
 * So many bytes wait at most, and only as fast as publishers sign new messages can there be more. What does not fit is
 * lost, and told.
 */
export function createProvedShare(quarantine: Quarantine, failed: (cause: unknown) => void): ProvedShare {
  const waiting = new Fifo<Waiting>();
  const writing = new Set<Promise<void>>();
  const bySignature = new LruCache<Set<string>>(MOST_SIGNATURES);
  const { digest } = createSeenContent({ most: 0, forMs: 0, now: () => 0 });
  const counts = { kept: 0, skipped: 0 };
  let bytes = 0;
  let closed = false;

  const write = async ({ suspect, contents, content }: Waiting): Promise<void> => {
    const lost = (cause: unknown) => {
      contents.delete(content);
      failed(cause);
    };
    try {
      const kept = await quarantine.keep(suspect);
      if (kept.ok) counts.kept++;
      else lost(kept.cause);
    } catch (error) {
      // `keep` promises not to. Should it break that, a refused message may not end the service.
      lost(error);
    } finally {
      bytes -= sizeOf(suspect.arrived);
    }
  };

  const writeOn = (): void => {
    while (writing.size < MAX_IN_FLIGHT) {
      const next = waiting.shift();
      if (next === undefined) return;
      const written = write(next).finally(() => {
        writing.delete(written);
        writeOn();
      });
      writing.add(written);
    }
  };

  const contentsOf = (signature: string): Set<string> => {
    // A copy, as a decoded text may keep all of its message alive.
    const own = Buffer.from(signature, "latin1").toString("latin1");
    const contents = bySignature.get(own) ?? new Set<string>();
    bySignature.set(own, contents);
    return contents;
  };

  return {
    offer(suspect, signature) {
      const size = sizeOf(suspect.arrived);
      if (closed || bytes + size > MAX_WAITING_BYTES) {
        failed(new Error(closed ? "it came after the stop" : "the quarantine is too slow: too much waits for it"));
        return false;
      }
      const contents = contentsOf(signature);
      const content = digest(suspect.arrived);
      if (contents.has(content) || contents.size >= MOST_OF_A_SIGNATURE) {
        counts.skipped++;
        return false;
      }
      contents.add(content);
      bytes += size;
      waiting.push({ suspect: { ...suspect, arrived: owned(suspect.arrived) }, contents, content });
      writeOn();
      return true;
    },

    counts: () => ({ ...counts }),

    async close() {
      closed = true;
      while (writing.size > 0) await Promise.all(writing);
    },
  };
}

/** The signature that proves something in it, which was refused as ambiguous; undefined for what anybody can send. */
export function provedBy({ rejected }: Suspect): string | undefined {
  return rejected.find(({ signature }) => signature !== undefined)?.signature;
}

function sizeOf(arrived: Arrived): number {
  return arrived.form === "bytes" ? arrived.bytes.length : arrived.text.length;
}

function owned(arrived: Arrived): Arrived {
  return arrived.form === "bytes" ? { ...arrived, bytes: detachedBytes(arrived.bytes) } : arrived;
}
