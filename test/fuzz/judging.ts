import { identity } from "../../lib/collector/identity.ts";
import { createJudge, type Judge } from "../../lib/collector/judge.ts";
import { toMessage } from "../../lib/collector/message.ts";
import { type Result, reject, rejectionReasons } from "../../lib/collector/outcome.ts";
import { dialects, type MeteringRecord } from "../../lib/collector/sample.ts";
import { canonicalText, MAX_CANONICAL_TEXT } from "../../lib/collector/signature/canonical-text.ts";
import { isValueMap, type Value } from "../../lib/collector/value.ts";
import type { Checks } from "./checks.ts";
import { type Corpus, secrets } from "./corpus.ts";
import type { Mutant } from "./mutant.ts";
import { referenceText } from "./reference-text.ts";

/** Settings that people use: the usual one mostly, the dialects in another order, more names allowed. */
const usual = createJudge({ secrets, dialects, extraFields: [] });
const judges: readonly Judge[] = [
  usual,
  usual,
  createJudge({ secrets, dialects: dialects.toReversed(), extraFields: [] }),
  createJudge({ secrets, dialects, extraFields: ["region", "time", "dialect", "__proto__", "a"] }),
];

/** Judges one message of a mutant and checks the judgement. */
export function judgeAndCheck(message: Value, mutant: Mutant, corpus: Corpus, checks: Checks): Result<MeteringRecord> {
  try {
    const judge = judges[Math.floor(mutant.index / 2) % judges.length] ?? usual;
    const result = judge(message);
    if (result.ok) checkAccepted(message, result.value, mutant, corpus, checks);
    else checkRejected(result, mutant, checks);
    return result;
  } catch (error) {
    checks.failed("throws", stackOf(error), mutant);
    return reject("undecodable", "thrown");
  }
}

export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function checkAccepted(message: Value, record: MeteringRecord, mutant: Mutant, corpus: Corpus, checks: Checks): void {
  const { message_signature: signature, dialect } = record;
  const again = mutant.resigned?.signature === signature ? mutant.resigned : undefined;
  const signed = again ?? corpus.signed.get(signature);
  if (signed === undefined) {
    checks.failed("falseAccept", "by a signature that nobody gave", mutant);
    return;
  }
  const text = isValueMap(message) ? referenceText(message, dialect, MAX_CANONICAL_TEXT) : undefined;
  if (text !== signed.text) {
    checks.failed("falseAccept", `signed was ${JSON.stringify(signed.text)}`, mutant);
  }
  // A re-cut that is accepted may only replace what was captured, never be billed beside it.
  if (again === undefined && identity(record) !== signed.identity) {
    checks.failed("identity", `${identity(record)} instead of ${signed.identity}`, mutant);
  }
  // Whose text is the signed one, its signature is the signed one too.
  const fields = canonicalText(toMessage(record), dialect);
  if (fields.kind !== "text" || fields.text !== signed.text) {
    checks.failed("signature", `${signature} in ${dialect}`, mutant);
  }
}

export function checkRejected(
  { reason, detail }: { readonly reason: string; readonly detail: string },
  mutant: Mutant,
  checks: Checks,
): void {
  if (!rejectionReasons.some((known) => known === reason) || detail === "") {
    checks.failed("reasons", `${reason}: ${detail}`, mutant);
  }
  if (mutant.resigned !== undefined && (reason === "bad-signature" || reason === "unsigned")) {
    checks.failed("resigned", `${reason}: ${detail}`, mutant);
  }
}
