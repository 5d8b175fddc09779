import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isNotFound } from "../../disk/file-error.ts";
import { replaceFile } from "../../disk/replace-file.ts";
import { errorMessage } from "../../log/error-message.ts";
import type { LastUses } from "../key-store.ts";

/** How often a running collector notes what was used, also when nothing was. */
export const NOTE_EVERY_MS = 60_000;

/** Older notes say nothing about since then: the collector is down, or could not write. */
const FRESH_MS = 10 * NOTE_EVERY_MS;

/** A thousand key ids of full length, each with its time. */
const MAX_BYTES = 131_072;

interface Notes {
  /** All in milliseconds since 1970. */
  readonly since: number;
  readonly notedAt: number;
  readonly uses: ReadonlyMap<string, number>;
}

export function lastUsedPath(keyFile: string): string {
  return `${keyFile}.last-used.json`;
}

/** Reads what a collector noted beside its file of keys. */
export async function readLastUsed(keyFile: string, now: number): Promise<LastUses> {
  const path = lastUsedPath(keyFile);
  const notes = await readNotes(path);
  if (typeof notes === "string") return { ok: false, problem: `no uses can be read from ${path}: ${notes}` };
  if (now - notes.notedAt > FRESH_MS) {
    const when = new Date(notes.notedAt).toISOString();
    return { ok: false, problem: `no collector has noted uses in ${path} since ${when}: is it running?` };
  }
  return { ok: true, since: notes.since, uses: notes.uses };
}

/**
 * Adds to what was noted, of this collector or of another one with the same file of keys.
 *
 * @param since from when on this process knows of all uses
 * @throws the file system's errors
 */
export async function noteLastUsed(
  keyFile: string,
  uses: ReadonlyMap<string, number>,
  since: number,
  now: number,
): Promise<void> {
  const path = lastUsedPath(keyFile);
  const read = await readNotes(path);
  const old = typeof read === "string" ? undefined : read;
  const all = new Map(old?.uses);
  for (const [keyId, usedAt] of uses) all.set(keyId, Math.max(usedAt, all.get(keyId) ?? 0));
  const spelled = Array.from(all, ([keyId, usedAt]) => [keyId, new Date(usedAt).toISOString()]);
  const text = JSON.stringify(
    {
      since: new Date(Math.min(since, old?.since ?? since)).toISOString(),
      notedAt: new Date(now).toISOString(),
      lastUsed: Object.fromEntries(spelled),
    },
    undefined,
    2,
  );
  // A name of its own, so that what a killed process left does not keep others from noting.
  await replaceFile(path, `${text}\n`, `.${randomUUID()}`);
}

/** @returns what is wrong where there are none that can be understood */
async function readNotes(path: string): Promise<Notes | string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.length > MAX_BYTES) return "it is too long";
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed) || !isObject(parsed.lastUsed)) return NOT_OURS;
    const since = timeOf(parsed.since);
    const notedAt = timeOf(parsed.notedAt);
    if (since === undefined || notedAt === undefined) return NOT_OURS;
    const uses = new Map<string, number>();
    for (const [keyId, spelled] of Object.entries(parsed.lastUsed)) {
      const usedAt = timeOf(spelled);
      if (usedAt === undefined) return NOT_OURS;
      uses.set(keyId, usedAt);
    }
    return { since, notedAt, uses };
  } catch (error) {
    return isNotFound(error) ? NOTHING_YET : errorMessage(error);
  }
}

const NOT_OURS = "it does not hold what a collector notes";
const NOTHING_YET = "no collector has noted any there yet, as one with this file of keys does once a minute";

function timeOf(value: unknown): number | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
