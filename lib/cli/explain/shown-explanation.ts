import { add, type Decimal, ZERO } from "../../query/decimal.ts";
import type { ExplainedPart, ExplainedSeries } from "../../query/explain/explain.ts";
import type { ExplainedSample } from "../../query/explain/explained-samples.ts";
import type { UsageRow } from "../../query/usage.ts";
import type { CheckedSignature, CheckSignature, SignatureState } from "./signature-check.ts";

export interface ShownPart extends ExplainedPart {
  readonly resource: string;
}

/** A sample with its signature; one of another project has none to show. */
export type ShownSample = { readonly resource: string } & (
  | (Exclude<ExplainedSample, { readonly role: "foreign" }> & { readonly signature: CheckedSignature })
  | Extract<ExplainedSample, { readonly role: "foreign" }>
);

/** An explanation as it is printed: lists that are cut, and what of them is not there. */
export interface ShownExplanation {
  readonly row: UsageRow;
  readonly parts: readonly ShownPart[];
  /** The number of parts that are left out, and what they make together. */
  readonly moreParts: { readonly count: number; readonly amount: Decimal };
  readonly samples: readonly ShownSample[];
  readonly moreSamples: number;
  /** The number of signatures in each state, of all samples. */
  readonly signatures: ReadonlyMap<SignatureState, number>;
}

/** @param limit the most parts, and the most samples, that are printed */
export function shownExplanation(
  row: UsageRow,
  series: readonly ExplainedSeries[],
  check: CheckSignature,
  limit: number,
): ShownExplanation {
  const parts = series.flatMap(({ resource, parts }) => parts.map((part) => ({ ...part, resource })));
  // Also those that are not printed: one that does not verify may be among them.
  const samples = series.flatMap(({ resource, samples }) => samples.map((one) => checked(one, resource, check)));
  const signatures = new Map<SignatureState, number>();
  for (const one of samples) {
    if (one.role !== "foreign") signatures.set(one.signature.state, (signatures.get(one.signature.state) ?? 0) + 1);
  }
  const left = parts.slice(limit);
  return {
    row,
    parts: parts.slice(0, limit),
    moreParts: { count: left.length, amount: left.reduce((sum, { amount }) => add(sum, amount), ZERO) },
    samples: samples.slice(0, limit),
    moreSamples: Math.max(0, samples.length - limit),
    signatures,
  };
}

function checked(one: ExplainedSample, resource: string, check: CheckSignature): ShownSample {
  return one.role === "foreign" ? { ...one, resource } : { ...one, resource, signature: check(one.sample) };
}
