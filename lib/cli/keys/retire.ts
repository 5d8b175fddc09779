import { changeKeys } from "../../keys/change-keys.ts";
import { shownKeyId } from "../../keys/key-id.ts";
import { type KeyEntry, parseKeySet } from "../../keys/key-set.ts";
import { canReplace, keyState } from "../../keys/key-state.ts";
import type { KeyStore } from "../../keys/key-store.ts";
import { isV2Secret } from "../../keys/v2-secret.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { keyStoreOptions, shownTime, withKeyStore } from "./options.ts";

const DAY_MS = 86_400_000;
/** Publishers that send rarely do so once a week at least. */
const DEFAULT_UNUSED_DAYS = 7;
/** CloudWatch is asked for the last 55 days; uses have to be known from before that time on. */
const MAX_UNUSED_DAYS = 50;

/** `countersign keys retire`. */
export async function retireKey(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      ...keyStoreOptions,
      grace: { type: "string" },
      "unused-days": { type: "string", default: String(DEFAULT_UNUSED_DAYS) },
      force: { type: "boolean", default: false },
    },
  });
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) return usageError(io, "give one key id, such as keys retire 2026");
  const days = /^[0-9]{1,2}$/.test(values["unused-days"]) ? Number(values["unused-days"]) : 0;
  if (days < 1 || days > MAX_UNUSED_DAYS) return usageError(io, `--unused-days: expected 1 to ${MAX_UNUSED_DAYS}`);
  return withKeyStore(values, io, async (store, cacheMs) => {
    const grace = values.grace === undefined ? 2 * cacheMs : durationOf(values.grace);
    if (grace === undefined) return usageError(io, "--grace: expected a time such as 90s, 10m, 2h or 1d");
    if (grace < cacheMs && !values.force) {
      const seconds = cacheMs / 1_000;
      return usageError(io, `--grace: give at least the cache lifetime, ${seconds}s, or --force where a secret leaked`);
    }
    const now = Date.now();
    const retiredAt = now + grace;
    const inUse = values.force ? [] : await useProblems(store, id, days, now);
    const changed = await changeKeys(
      store,
      (entries) => withRetired(entries, id, retiredAt, values.force ? undefined : { inUse, cacheMs, now }),
      false,
      now,
    );
    if (!changed.ok) {
      io.err(`countersign keys retire: ${changed.problem}`);
      return EXIT_FAILED;
    }
    io.out(JSON.stringify({ id, retiredAt: shownTime(retiredAt) }));
    io.err(
      `${id} is refused for what is received from ${shownTime(retiredAt)} on; what was received before stays good`,
    );
    if (changed.dropped.length > 0) io.err(`retired long ago, and removed now: ${changed.dropped.join(", ")}`);
    if (changed.warning === undefined) return EXIT_OK;
    io.err(`warning: ${changed.warning}`);
    return EXIT_FAILED;
  });
}

/** The facts that decide whether a key may be retired without --force. */
interface Conditions {
  readonly inUse: readonly string[];
  readonly cacheMs: number;
  readonly now: number;
}

function withRetired(
  entries: readonly KeyEntry[],
  id: string,
  retiredAt: number,
  conditions: Conditions | undefined,
): readonly KeyEntry[] | { readonly problem: string } {
  const entry = entries.find((one) => one.id === id);
  if (entry === undefined) return { problem: `there is no key ${shownKeyId(id, "")}; keys list shows them` };
  // Later would let in again what was refused meanwhile.
  if (entry.retiredAt !== undefined && (conditions !== undefined || entry.retiredAt <= retiredAt)) {
    return {
      problem: `${id} is retired from ${shownTime(entry.retiredAt)} on already; --force can only bring that forward`,
    };
  }
  if (conditions !== undefined) {
    const { inUse, cacheMs, now } = conditions;
    const isReady = (other: KeyEntry) =>
      other !== entry &&
      isV2Secret(other.secret) === isV2Secret(entry.secret) &&
      keyState(other, cacheMs, now) === "active" &&
      canReplace(other, entry);
    const alone = entries.some(isReady)
      ? []
      : [
          "no other key of its scheme is known to every collector and accepted wherever it is: add one, and wait until it is ready",
        ];
    const problems = [...inUse, ...alone];
    if (problems.length > 0) return { problem: `${id} is not retired without --force: ${problems.join("; ")}` };
  }
  return entries.map((one) => (one === entry ? { ...entry, retiredAt } : one));
}

/** Why the key may be in use yet. What can't be told counts as used. */
async function useProblems(store: KeyStore, id: string, days: number, now: number): Promise<readonly string[]> {
  const read = await store.read();
  const parsed = parseKeySet(read.ok ? read.text : undefined);
  if (!parsed.ok) return [`its last use can't be told: ${read.ok ? `${store.name} ${parsed.problem}` : read.problem}`];
  const lastUses = await store.lastUses(
    parsed.entries.map((entry) => entry.id),
    now,
  );
  if (!lastUses.ok) return [`its last use can't be told: ${lastUses.problem}`];
  const usedAt = lastUses.uses.get(id);
  const limit = now - days * DAY_MS;
  if (usedAt !== undefined && usedAt >= limit)
    return [`it was used at ${shownTime(usedAt)}, less than ${days} days ago`];
  if (lastUses.since > limit) return [`uses are known since ${shownTime(lastUses.since)} only, less than ${days} days`];
  return [];
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS } as const;

/** @returns milliseconds, or undefined unless it is a number of seconds, minutes, hours or days */
function durationOf(text: string): number | undefined {
  const [, count, unit] = /^([0-9]{1,6})([smhd])$/.exec(text) ?? [];
  if (unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d") return undefined;
  return Number(count) * UNIT_MS[unit];
}
