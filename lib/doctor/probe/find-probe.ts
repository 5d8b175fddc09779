import { setTimeout as pause } from "node:timers/promises";
import { DOCTOR_METER } from "../../sample/own-meters.ts";
import type { StorageDriver } from "../../storage/driver.ts";
import type { Probe } from "./probe.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** A clock of ours that is ahead or behind changes nothing: the time in a sample is ours. */
const EARLIER_MS = 1_000;

export interface Search {
  readonly probes: readonly Probe[];
  /** When they were made, in milliseconds since 1970. */
  readonly madeAt: number;
  /** How long they may take, in milliseconds. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** @returns those of the probes that are not stored when the time is over. @throws what a reading throws */
export async function missingProbes(storage: StorageDriver, search: Search): Promise<readonly Probe[]> {
  const { madeAt, waitMs, signal } = search;
  const deadline = performance.now() + waitMs;
  let missing = search.probes;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const found = await Promise.all(missing.map((probe) => isStored(storage, probe, madeAt)));
    missing = missing.filter((_, index) => !found[index]);
    if (missing.length === 0 || performance.now() >= deadline || signal.aborted) return missing;
    await pause(Math.min(pauseMs, Math.max(0, deadline - performance.now())));
  }
}

async function isStored(storage: StorageDriver, { id, resource }: Probe, madeAt: number): Promise<boolean> {
  const from = new Date(madeAt - EARLIER_MS).toISOString().replace("Z", "000Z");
  for await (const sample of storage.samples({ meter: DOCTOR_METER, resource, from })) {
    if (sample.message_id === id) return true;
  }
  return false;
}
