import { billedContent, plainVolume } from "../sample/billed.ts";
import { contentDigest } from "../sample/content.ts";
import type { Genuine } from "../sample/genuine.ts";
import { identity } from "../sample/identity.ts";
import type { MeteringRecord, Sample } from "../sample/sample.ts";
import { createRecentPairings } from "./recent-pairings.ts";

/**
 * The newest records, by content. A captured message that is sent again and again costs no further write, and another
 * content that is sent first silences nothing.
 */
export interface RecentlyRecorded {
  /** Whether a record of the same content is among them, whichever way it came. */
  has(record: MeteringRecord): boolean;
  /** @returns whether it says something else than was recorded of its identity, and is the first to say so */
  add(genuine: Recorded): boolean;
}

export type Recorded = Pick<Genuine, "record" | "keyId">;

/** Two contents of one identity, both recorded. */
export interface NewConflict {
  readonly sample: Sample;
  /** For a person: what is billed by the content that was recorded before, and by this one. */
  readonly before: string;
  readonly now: string;
}

export interface RecentlyRecordedOptions {
  /** Contents, and identities with what is billed of them. @default a few minutes of a busy collector; some 30 MB at most */
  readonly capacity?: number;
  readonly onConflict?: (conflict: NewConflict) => void;
}

const CAPACITY = 50_000;

/** Forgets the oldest first. What is forgotten is written once more, which changes nothing. */
export function createRecentlyRecorded(options: RecentlyRecordedOptions = {}): RecentlyRecorded {
  const { capacity = CAPACITY, onConflict = () => undefined } = options;
  const billed = createRecentPairings(capacity);
  // Two generations cost less than an order of use, and forget nothing younger than half the capacity.
  const generation = Math.floor(capacity / 2);
  let young = new Set<string>();
  let old = new Set<string>();

  const conflictOf = (sample: Sample, keyId: string): NewConflict | undefined => {
    const content = billedContent(sample);
    const first = billed.meet(identity(sample), content, keyId);
    return first && { sample, before: described(first.value, first.by), now: described(content, keyId) };
  };

  return {
    has(record) {
      const digest = contentDigest(record);
      return young.has(digest) || old.has(digest);
    },
    add({ record, keyId }) {
      if (young.size >= generation) {
        old = young;
        young = new Set();
      }
      young.add(contentDigest(record));
      const conflict = record.kind === "sample" ? conflictOf(record, keyId) : undefined;
      if (conflict !== undefined) onConflict(conflict);
      return conflict !== undefined;
    },
  };
}

/** An id of Keystone has 32 characters, or 36 with dashes; others are shortened. */
const LONGEST_NAME = 36;

/** What is billed, in words. A content that was too long to be kept whole is shown as far as it was. */
function described(content: string, keyId: string): string {
  const parts = partsOf(content);
  if (parts === undefined) return `${content}…, key ${keyId}`;
  const [project, type, unit, user, volume = ""] = parts.map((part) => part?.slice(0, LONGEST_NAME) ?? "-");
  return `${plainVolume(volume)} ${unit} ${type}, project ${project}, user ${user}, key ${keyId}`;
}

/** Undefined where it was cut. */
function partsOf(content: string): readonly (string | null)[] | undefined {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
