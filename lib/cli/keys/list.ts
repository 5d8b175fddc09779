import { mayBeShown } from "../../keys/key-id.ts";
import { type KeyEntry, parseKeySet } from "../../keys/key-set.ts";
import { keyState, readyAt } from "../../keys/key-state.ts";
import type { LastUses } from "../../keys/key-store.ts";
import { toKeys } from "../../keys/make-keys.ts";
import { isV2Secret } from "../../keys/v2-secret.ts";
import { EXIT_FAILED, EXIT_OK } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { table } from "../command/table.ts";
import { keyStoreOptions, shownTime, withKeyStore } from "./options.ts";

/** `countersign keys list`. */
export async function listKeys(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseOptions({ args: [...args], options: { ...keyStoreOptions, json: { type: "boolean" } } });
  return withKeyStore(values, io, async (store, cacheMs) => {
    const now = Date.now();
    const failed = (problem: string) => {
      io.err(`countersign keys list: ${problem}`);
      return EXIT_FAILED;
    };
    const read = await store.read();
    if (!read.ok) return failed(read.problem);
    if (read.warning !== undefined) io.err(`warning: ${read.warning}`);
    const parsed = parseKeySet(read.text);
    if (!parsed.ok) return failed(`${store.name} ${parsed.problem}`);
    const { entries } = parsed;
    const lastUses = await store.lastUses(
      entries.map(({ id }) => id),
      now,
    );
    if (!lastUses.ok) io.err(`the last use of keys can't be told: ${lastUses.problem}`);
    const rows = entries.map((entry) => described(entry, lastUses, cacheMs, now));
    const lines = values.json ? rows.map((row) => JSON.stringify(row)) : keysTable(rows);
    for (const line of lines) io.out(line);
    const made = toKeys(entries, true);
    if (made.ok && made.warning !== undefined) io.err(`warning: ${made.warning}`);
    return made.ok ? EXIT_OK : failed(`no collector takes these: ${made.problem}`);
  });
}

/** The part of a key that may be shown; times as text in UTC. */
type Row = ReturnType<typeof described>;

function described(entry: KeyEntry, lastUses: LastUses, cacheMs: number, now: number) {
  const { id, from, publishers, addedAt, retiredAt } = entry;
  return {
    id: mayBeShown(id) ? id : `(${id.length} characters)`,
    scheme: isV2Secret(entry.secret) ? "v2" : "legacy",
    state: keyState(entry, cacheMs, now),
    readyAt: addedAt === undefined ? null : shownTime(readyAt(entry, cacheMs)),
    retiredAt: retiredAt === undefined ? null : shownTime(retiredAt),
    from: from ?? null,
    publishers: publishers ?? null,
    lastUsed: lastUses.ok ? timeOrNull(lastUses.uses.get(id)) : null,
    usesKnownSince: lastUses.ok ? shownTime(lastUses.since) : null,
  };
}

function keysTable(rows: readonly Row[]): readonly string[] {
  return table(
    ["KEY ID", "SCHEME", "STATE", "FROM", "PUBLISHERS", "LAST USE"],
    rows.map((row) => [row.id, row.scheme, stateCell(row), anyOf(row.from), anyOf(row.publishers), useCell(row)]),
  );
}

function stateCell({ state, readyAt, retiredAt }: Row): string {
  if (state === "new") return `new until ${readyAt}`;
  if (state === "retiring") return `retiring at ${retiredAt}`;
  return state === "retired" ? `retired ${retiredAt}` : state;
}

function useCell({ lastUsed, usesKnownSince }: Row): string {
  if (lastUsed !== null) return lastUsed;
  return usesKnownSince === null ? "?" : `none since ${usesKnownSince}`;
}

function anyOf(values: readonly string[] | null): string {
  return values?.join(", ") ?? "any";
}

function timeOrNull(time: number | undefined): string | null {
  return time === undefined ? null : shownTime(time);
}
