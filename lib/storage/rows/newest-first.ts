import { hash } from "node:crypto";
import { billedContent } from "../../sample/billed.ts";
import { identity } from "../../sample/identity.ts";
import type { MeteringRecord, Sample } from "../../sample/sample.ts";
import type { SampleFilter } from "../driver.ts";
import { type Copies, RowsByIdentity } from "./contents.ts";
import { matchesProject } from "./filter-match.ts";

/** So many more than asked for are held before they are cut back: rarely enough that sorting costs little. */
const SLACK = 4_096;

/** Records by identity, newest first, each content once; with `limit`, so many identities. */
export function byIdentity<Kind extends MeteringRecord>(
  records: Iterable<Kind>,
  limit?: number,
): readonly Copies<Kind>[] {
  const rows = new RowsByIdentity<Kind>();
  for (const record of records) rows.add(record);
  return rows.newestFirst().slice(0, limit);
}

/** Like `byIdentity`, for more records than fit in memory: holds little more than `limit` identities. */
export async function newestOf<Kind extends MeteringRecord>(
  records: AsyncIterable<Kind>,
  limit?: number,
): Promise<readonly Copies<Kind>[]> {
  const rows = new RowsByIdentity<Kind>();
  for await (const record of records) {
    rows.add(record);
    if (limit !== undefined && rows.size >= limit + SLACK) rows.cut(limit);
  }
  return rows.newestFirst().slice(0, limit);
}

/**
 * The newest identities with all of their rows. A filter by project chooses identities and no rows, and which it will
 * be is known at the end alone: with a limit, rows are read once to choose and once to gather.
 */
export async function newestSamples(
  read: () => AsyncIterable<Sample>,
  { project, limit }: SampleFilter,
): Promise<readonly Copies<Sample>[]> {
  if (project === undefined || limit === undefined) return newestOf(read(), limit);
  const chosen = await newestOf(
    matching(read(), (sample) => matchesProject(sample, project)),
    limit,
  );
  const ids = new Set(chosen.map(([first]) => identity(first)));
  return newestOf(matching(read(), (sample) => ids.has(identity(sample))));
}

/**
 * All identities with rows that bill otherwise. Read once to find them, holding two short digests per identity, and once
 * to gather their rows.
 */
export async function conflictingSamples(read: () => AsyncIterable<Sample>): Promise<readonly Copies<Sample>[]> {
  const bills = new Map<string, string>();
  const conflicting = new Set<string>();
  for await (const sample of read()) {
    const [id, bill] = [short(identity(sample)), short(billedContent(sample))];
    const known = bills.get(id);
    if (known === undefined) bills.set(id, bill);
    else if (known !== bill) conflicting.add(id);
  }
  if (conflicting.size === 0) return [];
  return newestOf(matching(read(), (sample) => conflicting.has(short(identity(sample)))));
}

function short(text: string): string {
  return hash("sha256", text, "base64").slice(0, 22);
}

async function* matching(samples: AsyncIterable<Sample>, test: (sample: Sample) => boolean): AsyncGenerator<Sample> {
  for await (const sample of samples) if (test(sample)) yield sample;
}
