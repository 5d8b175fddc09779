import { shownKeyId } from "./key-id.ts";
import { type RepeatedName, repeatedName } from "./repeated-name.ts";

/** One key as it is kept: its secret is text, and its times may lie ahead. */
export interface KeyEntry {
  /** 1 to 64 of A-Z, a-z, 0-9, _ and -, which `toKeys` checks. */
  readonly id: string;
  /** `whsec_BASE64` for signature v2; anything else is Ceilometer's `telemetry_secret`. */
  readonly secret: string;
  /** Networks such as `10.0.0.0/8`; at least one. @default everywhere */
  readonly from?: readonly string[];
  /** Values of `publisher_id`; at least one. @default any */
  readonly publishers?: readonly string[];
  /** Milliseconds since 1970. @default long ago */
  readonly addedAt?: number;
  /** Milliseconds since 1970. @default never */
  readonly retiredAt?: number;
}

export type ParsedKeySet =
  | { readonly ok: true; readonly entries: readonly KeyEntry[] }
  /** The fault, to be put after the place's name: `is not a JSON object …`. */
  | { readonly ok: false; readonly problem: string };

/** Secrets Manager holds so many bytes in a secret, and a file may not be longer: reading stays cheap. */
export const MAX_KEY_SET_BYTES = 65_536;

/**
 * Reads a set of keys: a JSON object of key ids, each with its secret or with an object
 * `{"secret", "from", "publishers", "addedAt", "retiredAt"}`, the times as ISO 8601 with a zone.
 *
 * @param text undefined where bytes are kept instead
 * @returns the entries as they stand there, or what is wrong, which names key ids and never a secret
 */
export function parseKeySet(text: string | undefined): ParsedKeySet {
  if (text === undefined) return refused("holds bytes: store a JSON object of texts instead");
  if (Buffer.byteLength(text) > MAX_KEY_SET_BYTES) {
    return refused(`is longer than ${MAX_KEY_SET_BYTES} bytes: remove keys that were retired`);
  }
  if (text.startsWith("\ufeff")) return refused("begins with a byte-order mark (U+FEFF): save it without one");
  const parsed = parsedJson(text);
  if (!isObject(parsed)) return refused('is not a JSON object of key ids and secrets such as {"first":"…"}');
  const repeated = repeatedName(text);
  if (repeated !== undefined) return refused(twice(repeated));
  const entries: KeyEntry[] = [];
  for (const [id, kept] of Object.entries(parsed)) {
    const entry = typeof kept === "string" ? secretOf(id, kept) : isObject(kept) ? entryOf(id, kept) : undefined;
    if (entry === undefined) return refused(`has neither a text nor an object for ${shownKeyId(id)}`);
    if (typeof entry === "string") return refused(entry);
    entries.push(entry);
  }
  return entries.length === 0 ? refused("has no key id: add at least one with its secret") : { ok: true, entries };
}

/** @returns the text from which `parseKeySet` reads the same entries */
export function formatKeySet(entries: readonly KeyEntry[]): string {
  const kept = entries.map(({ id, secret, addedAt, retiredAt, ...restrictions }) => {
    const more = {
      ...restrictions,
      ...(addedAt !== undefined && { addedAt: new Date(addedAt).toISOString() }),
      ...(retiredAt !== undefined && { retiredAt: new Date(retiredAt).toISOString() }),
    };
    return [id, Object.keys(more).length === 0 ? secret : { secret, ...more }] as const;
  });
  return `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`;
}

/** @returns the entry, or what is wrong with it */
function entryOf(id: string, kept: Readonly<Record<string, unknown>>): KeyEntry | string {
  // A misspelled restriction must not become none.
  const unknown = Object.keys(kept).find((name) => !fieldNames.some((known) => known === name));
  if (unknown !== undefined) {
    return `has an unknown field ${shownKeyId(unknown, "")} for ${shownKeyId(id)}: choose from ${fieldNames.join(", ")}`;
  }
  const entry = secretOf(id, kept.secret);
  if (typeof entry === "string") return entry;
  for (const name of ["from", "publishers"] as const) {
    if (kept[name] !== undefined && !isTextList(kept[name])) {
      return `has no list of texts in ${name} for ${shownKeyId(id)}: give at least one, or leave it out`;
    }
  }
  for (const name of ["addedAt", "retiredAt"] as const) {
    if (kept[name] !== undefined && timeOf(kept[name]) === undefined) {
      return `has no time such as 2026-11-22T10:00:00.000Z in ${name} for ${shownKeyId(id)}`;
    }
  }
  const addedAt = timeOf(kept.addedAt);
  const retiredAt = timeOf(kept.retiredAt);
  return {
    ...entry,
    ...(isTextList(kept.from) && { from: kept.from }),
    ...(isTextList(kept.publishers) && { publishers: kept.publishers }),
    ...(addedAt !== undefined && { addedAt }),
    ...(retiredAt !== undefined && { retiredAt }),
  };
}

function twice({ name, depth }: RepeatedName): string {
  const what = depth === 1 ? shownKeyId(name) : shownKeyId(name, "the field ");
  return `has ${what} twice, of which one would not count: rename or remove one of the two`;
}

const fieldNames = ["secret", "from", "publishers", "addedAt", "retiredAt"] as const;

function secretOf(id: string, secret: unknown): KeyEntry | string {
  if (typeof secret !== "string") return `has no secret for ${shownKeyId(id)}`;
  return secret === "" ? `is empty for ${shownKeyId(id)}` : { id, secret };
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== "string" || !TIME.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** Without a zone a time would mean another moment on another machine. */
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/** Without the parser's own message, which quotes the text. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
