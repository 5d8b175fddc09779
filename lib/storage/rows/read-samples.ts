import type { Sample } from "../../sample/sample.ts";
import type { Conflict, ConflictFilter, SampleFilter, StoredSample } from "../driver.ts";
import type { Settlement } from "../settlement.ts";
import type { Copies } from "./contents.ts";
import { matchesProject } from "./filter-match.ts";
import { conflictOf, isConflict, oneOf } from "./standing.ts";

/** The part of reading samples that each storage does itself: its rows by identity, and its settlements. */
export interface SampleSource {
  /**
   * Identities, newest first, each with all of its rows: no filter by project has been applied, as rows of other
   * projects say whether a row is in conflict. Filters by time, meter and resource have.
   */
  readonly identities: AsyncIterable<Copies<Sample>> | Iterable<Copies<Sample>>;
  /** The settlement that rules for a sample's identity. Asked for conflicts alone. */
  readonly settlementOf: (sample: Sample) => Promise<Settlement | undefined>;
}

/** Reads samples as `StorageDriver.samples` promises. Standing is decided before the filter by project. */
export async function* readSamples(
  { identities, settlementOf }: SampleSource,
  { project, limit = Number.POSITIVE_INFINITY }: SampleFilter,
): AsyncGenerator<StoredSample> {
  let left = limit;
  if (left <= 0) return;
  for await (const copies of identities) {
    if (!isOfProject(copies, project)) continue;
    const samples = isConflict(copies) ? conflictOf(copies, await settlementOf(copies[0])).samples : [oneOf(copies)];
    for (const sample of samples) if (matchesProject(sample, project)) yield sample;
    left -= 1;
    if (left <= 0) return;
  }
}

/** Reads conflicts as `StorageDriver.conflicts` promises. */
export async function* readConflicts(
  { identities, settlementOf }: SampleSource,
  { project, settled = false, limit = Number.POSITIVE_INFINITY }: ConflictFilter,
): AsyncGenerator<Conflict> {
  let left = limit;
  if (left <= 0) return;
  for await (const copies of identities) {
    if (!isOfProject(copies, project) || !isConflict(copies)) continue;
    const conflict = conflictOf(copies, await settlementOf(copies[0]));
    if (conflict.settlement !== undefined && !settled) continue;
    yield conflict;
    left -= 1;
    if (left <= 0) return;
  }
}

/** Whether a filter by project leaves something of an identity. */
function isOfProject(copies: readonly Sample[], project: SampleFilter["project"]): boolean {
  return copies.some((sample) => matchesProject(sample, project));
}
