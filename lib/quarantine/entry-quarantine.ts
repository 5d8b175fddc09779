import { mapInParallel } from "../flow/in-parallel.ts";
import { errorMessage } from "../log/error-message.ts";
import type { Suspect } from "../sample/arrived.ts";
import { cutEntry, WHOLE_BYTES } from "./cut-entry.ts";
import type { Entry } from "./entry.ts";
import { ENTRY_ID } from "./entry-id.ts";
import { fromEntryJson, toEntryJson } from "./entry-json.ts";
import { entryName, parseEntryName } from "./entry-name.ts";
import type { EntryStore, Room } from "./entry-store.ts";
import { newestNames } from "./newest-names.ts";
import type { Kept, Quarantine } from "./quarantine.ts";
import type { FoundEntry, OnUnreadableEntry, QuarantineEntries, Removed } from "./quarantine-entries.ts";

export interface EntryQuarantineOptions {
  /** Bytes that are kept of a message from a socket. */
  readonly maxBytes: number;
  readonly onUnreadable?: OnUnreadableEntry | undefined;
  readonly now?: () => number;
}

export interface EntryQuarantine extends Quarantine, QuarantineEntries {
  /** Keeps datagrams and frames whole as well: for what was spilled, and so was genuine once. Closes nothing. */
  readonly whole: Quarantine;
}

/** How many entries are read at a time: together they are in memory, most of them a few KB each. */
const PARALLEL_READS = 8;
/** As many digits as nobody types by mistake. */
const SHORT_ID = /^[0-9a-f]{4,64}$/;
const DONE = { ok: true } as const;

/** A quarantine of one text an entry. The store is its own from now on: `close` closes it. */
export function createEntryQuarantine(store: EntryStore, options: EntryQuarantineOptions): EntryQuarantine {
  const { maxBytes, onUnreadable, now = Date.now } = options;

  async function keep(suspect: Suspect, most: number, room: Room): Promise<Kept> {
    try {
      const entry = cutEntry(suspect, most, now());
      await store.write(entryName(entry.id, suspect.rejected, entry.truncated), toEntryJson(entry), room);
      return DONE;
    } catch (cause) {
      return { ok: false, cause };
    }
  }

  /** Undefined for one that was removed in the meantime. */
  async function read(name: string): Promise<FoundEntry | undefined> {
    try {
      const text = await store.read(name);
      if (text === undefined) return undefined;
      const found = fromEntryJson(text);
      if (!found.ok) return found;
      if (found.entry.id !== parseEntryName(name)?.id) return { ok: false, problem: "its id is not that of its name" };
      return found;
    } catch (error) {
      return { ok: false, problem: errorMessage(error) };
    }
  }

  async function namesOf(beginning: string): Promise<readonly string[]> {
    return newestNames(store.list(beginning), {});
  }

  return {
    keep: (suspect) =>
      suspect.arrived.receipt.listener === "queue"
        ? keep(suspect, WHOLE_BYTES, "queue")
        : keep(suspect, maxBytes, "sockets"),
    whole: { keep: (suspect) => keep(suspect, WHOLE_BYTES, "queue"), close: async () => undefined },

    async *entries(filter = {}): AsyncGenerator<Entry> {
      if (filter.limit === 0) return;
      const names = await newestNames(store.list(""), filter);
      for (let at = 0; at < names.length; at += PARALLEL_READS) {
        const group = names.slice(at, at + PARALLEL_READS);
        const found = await mapInParallel(group, PARALLEL_READS, async (name) => ({ name, read: await read(name) }));
        for (const { name, read } of found) {
          if (read?.ok) yield read.entry;
          else if (read !== undefined) onUnreadable?.(name, read.problem);
        }
      }
    },

    async get(id) {
      if (!SHORT_ID.test(id)) {
        return { ok: false, problem: `not an id: ${JSON.stringify(id)}; expected 4 to 64 of 0-9 and a-f` };
      }
      try {
        const [name, ...others] = await namesOf(id);
        if (name === undefined) return { ok: false, problem: `no entry has an id that begins with ${id}` };
        if (others.length > 0) {
          return { ok: false, problem: `${others.length + 1} ids begin with ${id}: give more digits` };
        }
        const found = await read(name);
        if (found === undefined) return { ok: false, problem: `the entry ${id} has just been removed` };
        return found.ok ? found : { ok: false, problem: `the entry ${name} can't be read: ${found.problem}` };
      } catch (error) {
        return { ok: false, problem: `the entry ${id} can't be looked for: ${errorMessage(error)}` };
      }
    },

    async remove(id): Promise<Removed> {
      if (!ENTRY_ID.test(id)) throw new TypeError("remove takes a whole id");
      try {
        // Settings that changed between two deliveries can have given the same message another reason, and so name;
        // and of a message that was cut first, the whole may have come later.
        for await (const { name } of store.list(id)) await store.remove(name);
        return DONE;
      } catch (cause) {
        return { ok: false, cause };
      }
    },

    close: () => store.close(),
  };
}
