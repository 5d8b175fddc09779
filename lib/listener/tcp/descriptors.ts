import { readdirSync, readFileSync } from "node:fs";

/** How many descriptors this process may still open. A connection takes one, and so does all that it needs for storage. */
export interface Descriptors {
  /** Undefined where the system does not tell (anything but Linux). */
  readonly limit: number | undefined;
  /** Whether one connection more would leave too few for everything else. To be asked for each. */
  areShort(): boolean;
}

/** Descriptors kept free for storage, queues, keys, files and the health port; a quarter of all if there are few. */
const RESERVE = 64;
/** Connections, or milliseconds, between two counts of the open descriptors; a count costs as much as it finds. */
const LOOK_EACH = 32;
const LOOK_AFTER_MS = 1_000;
const LOOK_WHEN_SHORT_MS = 10;

const LIMITS = "/proc/self/limits";
const OPEN = "/proc/self/fd";

/**
 * Out of descriptors, the runtime accepts a connection only to close it, and tells nobody: so we have to know before.
 *
 * @param limit what the process may open; by default as the system says
 */
export function watchDescriptors(limit = readLimit()): Descriptors {
  if (limit === undefined) return { limit, areShort: () => false };
  const reserve = Math.min(RESERVE, Math.floor(limit / 4));
  let left = 0;
  let asked = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    limit,
    areShort() {
      const age = performance.now() - lookedAt;
      if (left > 0 ? ++asked >= LOOK_EACH || age >= LOOK_AFTER_MS : age >= LOOK_WHEN_SHORT_MS) {
        left = limit - reserve - countOpen();
        asked = 0;
        lookedAt = performance.now();
      }
      return left-- <= 0;
    },
  };
}

/** The descriptors that a listener with so many connections needs. */
export function descriptorsFor(connections: number): number {
  return connections + RESERVE;
}

function readLimit(): number | undefined {
  try {
    const [, soft] = /^Max open files +([0-9]+)/m.exec(readFileSync(LIMITS, "latin1")) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

function countOpen(): number {
  try {
    return readdirSync(OPEN).length;
  } catch (error) {
    // Looking takes a descriptor as well.
    return isExhausted(error) ? Number.POSITIVE_INFINITY : 0;
  }
}

/** Whether an error says that the process, or the whole system, can open nothing more. */
export function isExhausted(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EMFILE" || error.code === "ENFILE");
}
