import type { Sample } from "../../sample/sample.ts";
import type { StoredSample } from "../../storage/driver.ts";
import { projectOf } from "../groups.ts";
import type { Identity } from "../identities.ts";

export type ExplainedSample = OwnSample | ForeignSample;

/** A stored sample of the row's project. */
export interface OwnSample {
  /**
   * Its part in the row: `counted` is one of its samples; a `neighbour` is of another period or group, and an interval
   * begins or ends with it; an `outdone` one is a further content of such an identity, which does not count here.
   */
  readonly role: "counted" | "neighbour" | "outdone";
  readonly sample: StoredSample;
  /** false: another sample of that instant has a greater volume, and is the series' level. A delta has none. */
  readonly isLevel: boolean;
}

/** A further content of an identity, of another project: no more may be told of it. */
export interface ForeignSample {
  readonly role: "foreign";
  readonly sample: Pick<StoredSample, "time" | "counter_volume">;
}

export type ReadIdentity = Pick<Identity, "contents" | "counting">;

/** A row's view of the samples of one resource. Times are as in `Sample.time`. */
export interface RowView {
  readonly from: string;
  readonly to: string;
  readonly project: string | null;
  /** A test whether type, unit and group are the row's. */
  readonly isOfRow: (sample: StoredSample) => boolean;
  /** Samples that intervals begin or end with. */
  readonly edges: ReadonlySet<Sample | undefined>;
  /** undefined: each sample is for itself. */
  readonly levels: ReadonlySet<Sample> | undefined;
}

/**
 * The samples that have to do with a row, oldest first, with all contents of their identities.
 *
 * @param identities newest first
 */
export function explainedSamples(identities: readonly ReadIdentity[], view: RowView): readonly ExplainedSample[] {
  return identities.toReversed().flatMap((identity) => {
    return isConcerned(identity, view) ? identity.contents.map((content) => explained(content, identity, view)) : [];
  });
}

function isConcerned({ contents }: ReadIdentity, view: RowView): boolean {
  return contents.some((content) => {
    const isEdge = view.edges.has(content) && projectOf(content) === view.project;
    return isEdge || (isWithin(content, view) && view.isOfRow(content));
  });
}

function explained(content: StoredSample, { counting }: ReadIdentity, view: RowView): ExplainedSample {
  if (projectOf(content) !== view.project) {
    const { time, counter_volume } = content;
    return { role: "foreign", sample: { time, counter_volume } };
  }
  const isCounted = counting.includes(content) && isWithin(content, view) && view.isOfRow(content);
  const role = isCounted ? "counted" : view.edges.has(content) ? "neighbour" : "outdone";
  return { role, sample: content, isLevel: role !== "outdone" && (view.levels?.has(content) ?? true) };
}

function isWithin({ time }: StoredSample, { from, to }: RowView): boolean {
  return time >= from && time < to;
}
