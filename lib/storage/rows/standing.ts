import { billedContent, billedTo, compareBilled } from "../../sample/billed.ts";
import { contentDigest } from "../../sample/content.ts";
import type { Sample } from "../../sample/sample.ts";
import { type Conflict, counts, type Standing, type StoredSample } from "../driver.ts";
import type { Settlement } from "../settlement.ts";
import type { Copies } from "./contents.ts";

/** Whether rows of one identity bill otherwise. */
export function isConflict(copies: Copies<Sample>): boolean {
  if (copies.length === 1) return false;
  const [first, ...others] = copies.map(billedContent);
  return others.some((one) => one !== first);
}

/** The row that stands for all rows which bill the same: the one with the smallest digest, in whatever order they came. */
export function oneOf(copies: Copies<Sample>): Sample {
  return copies.reduce((best, one) => (best !== one && contentDigest(one) < contentDigest(best) ? one : best));
}

/**
 * How each content of a conflict stands: a function of the contents and the settlement alone, and so the same in every
 * storage, for every filter and order of arrival. A settlement of which the right content is not here settles nothing,
 * or nothing would count.
 */
export function conflictOf(copies: Copies<Sample>, settlement: Settlement | undefined): Conflict {
  const right = copies.find((one) => contentDigest(one) === settlement?.content);
  const samples = distinct(copies);
  const standing = right === undefined ? byVolume(samples) : bySettlement(right);
  const standings = samples.map((sample): StoredSample => ({ ...sample, conflict: standing(sample) }));
  standings.sort((a, b) => Number(counts(b)) - Number(counts(a)) || compareBilled(b, a));
  return { samples: standings, ...(right !== undefined && settlement !== undefined && { settlement }) };
}

/** Rows that bill the same are one. */
function distinct(copies: Copies<Sample>): readonly Sample[] {
  const byBill = new Map<string, Sample>();
  for (const one of copies) {
    const bill = billedContent(one);
    const other = byBill.get(bill);
    byBill.set(bill, other === undefined ? one : oneOf([other, one]));
  }
  return Array.from(byBill.values());
}

function bySettlement(right: Sample): (sample: Sample) => Standing {
  const bill = billedContent(right);
  return (sample) => (billedContent(sample) === bill ? "right" : "wrong");
}

function byVolume(samples: readonly Sample[]): (sample: Sample) => Standing {
  const greatest = new Map<string, Sample>();
  for (const sample of samples) {
    const owner = JSON.stringify(billedTo(sample));
    const other = greatest.get(owner);
    if (other === undefined || compareBilled(sample, other) > 0) greatest.set(owner, sample);
  }
  return (sample) => (greatest.get(JSON.stringify(billedTo(sample))) === sample ? "counts" : "outdone");
}
