import { recordDoubt } from "../../judge/record-doubt.ts";
import { decimalOf, spell } from "../../query/decimal.ts";
import type { Point } from "../../query/explain/explain.ts";
import { toTime } from "../../query/instant.ts";
import { exactText, usageLine } from "../read/usage-row.ts";
import type { ShownExplanation, ShownPart, ShownSample } from "./shown-explanation.ts";

/** An explanation as lines of JSON, each with its `kind`; the last is the row itself. Amounts and volumes are text. */
export function* explanationLines(shown: ShownExplanation, isFinal: boolean): Generator<string> {
  const { row, parts, moreParts, samples, moreSamples, signatures } = shown;
  for (const part of parts) yield JSON.stringify(partFields(part, shown));
  if (moreParts.count > 0) {
    const exact = exactText({ type: row.type, amount: moreParts.amount });
    yield JSON.stringify({ kind: "more", of: "part", count: moreParts.count, exact });
  }
  for (const sample of samples) yield JSON.stringify(sampleFields(sample));
  if (moreSamples > 0) yield JSON.stringify({ kind: "more", of: "sample", count: moreSamples });
  const states = JSON.stringify(Object.fromEntries(signatures));
  yield `{"kind":"total",${usageLine(row, isFinal).slice(1, -1)},"signatures":${states}}`;
}

function partFields({ resource, rule, begin, end, rise, from, to, amount }: ShownPart, { row }: ShownExplanation) {
  return {
    kind: "part",
    resource_id: resource,
    rule,
    begin: pointFields(begin),
    end: end === undefined ? null : pointFields(end),
    rise: rise === undefined ? null : spell(rise.amount),
    from: toTime(from),
    to: toTime(to),
    exact: exactText({ type: row.type, amount }),
  };
}

/** Without a message id, where it is of another project. */
function pointFields({ time, volume, messageId }: Point) {
  return {
    time: toTime(time),
    volume: spell(volume),
    ...(messageId !== undefined && { message_id: messageId }),
  };
}

function sampleFields(one: ShownSample) {
  const { resource, role, sample } = one;
  const common = { kind: "sample", resource_id: resource, role, time: sample.time };
  const volume = spell(decimalOf(sample.counter_volume));
  if (one.role === "foreign") return { ...common, volume };
  const doubt = recordDoubt(one.sample);
  return {
    ...common,
    volume,
    unit: one.sample.counter_unit,
    message_id: one.sample.message_id,
    level: one.isLevel,
    conflict: one.sample.conflict ?? null,
    dialect: one.sample.dialect,
    signature: one.signature.state,
    key: one.signature.key,
    ...(doubt !== undefined && { ambiguous: doubt.detail }),
  };
}
