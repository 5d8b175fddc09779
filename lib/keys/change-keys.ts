import { setTimeout as pause } from "node:timers/promises";
import { backoff } from "../flow/backoff.ts";
import { waitingDays } from "../sample/time-window.ts";
import { formatKeySet, type KeyEntry, parseKeySet } from "./key-set.ts";
import type { KeyStore } from "./key-store.ts";
import { toKeys } from "./make-keys.ts";

/** A dead letter that is redriven on its last day begins anew, once at least. */
const PASSAGES = 2;

/**
 * How long a retired key stays known: as long as a message that was received while it was good may wait in queues and
 * quarantine.
 */
export const KEEP_RETIRED_MS =
  (PASSAGES * (waitingDays.queue + waitingDays.deadLetters) + waitingDays.quarantine) * 86_400_000;

/** With the pauses between 1.9 s at most, for others to be done: a person waits. */
const ATTEMPTS = 9;
const FIRST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 300;
const pauseAfter = backoff({ firstMs: FIRST_PAUSE_MS, mostMs: MOST_PAUSE_MS });

export type KeyChange = (entries: readonly KeyEntry[]) => readonly KeyEntry[] | { readonly problem: string };

export type ChangedKeys =
  | {
      readonly ok: true;
      /** Ids of keys that were retired long enough ago to be forgotten. */
      readonly dropped: readonly string[];
      readonly warning?: string;
    }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a set of keys, changes it and writes it back; once more if somebody else has written meanwhile.
 *
 * @param change called once an attempt
 * @param mayCreate begins with no entries where nothing is kept yet
 * @param now milliseconds since 1970
 */
export async function changeKeys(
  store: KeyStore,
  change: KeyChange,
  mayCreate: boolean,
  now: number,
): Promise<ChangedKeys> {
  for (let attempt = 1; ; attempt++) {
    const read = await store.read();
    const isNew = !read.ok && read.absent === true && mayCreate;
    if (!read.ok && !isNew) return { ok: false, problem: read.problem };
    const parsed = read.ok ? parseKeySet(read.text) : { ok: true as const, entries: [] };
    if (!parsed.ok) return { ok: false, problem: `${store.name} ${parsed.problem}` };
    const changed = change(parsed.entries);
    if ("problem" in changed) return { ok: false, problem: changed.problem };
    const kept = changed.filter(({ retiredAt }) => retiredAt === undefined || retiredAt + KEEP_RETIRED_MS > now);
    const text = formatKeySet(kept);
    const problem = problemWith(kept, text);
    if (problem !== undefined) return { ok: false, problem };
    const written = await store.write(text, read.ok ? read.version : undefined);
    if (written.ok) {
      const dropped = changed.filter((entry) => !kept.includes(entry)).map(({ id }) => id);
      return { ...written, dropped };
    }
    if (written.again !== true || attempt === ATTEMPTS) return { ok: false, problem: written.problem };
    await pause(pauseAfter(attempt));
  }
}

/** Keys that a collector would not take must not be written. */
function problemWith(entries: readonly KeyEntry[], text: string): string | undefined {
  const parsed = parseKeySet(text);
  if (!parsed.ok) return `the set of keys ${parsed.problem}`;
  // A trial's default secret may stay where it is; a new one is not made here.
  const made = toKeys(entries, true);
  return made.ok ? undefined : made.problem;
}
