import { isDeepStrictEqual } from "node:util";
import { inflateRawSync } from "node:zlib";
import type { Judge } from "../../lib/judge/judge.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { identity } from "../../lib/sample/identity.ts";
import { toMessage } from "../../lib/sample/message.ts";
import { type Rejected, type Result, reject, rejectionReasons } from "../../lib/sample/rejection.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import { isValueList, isValueMap, type Value } from "../../lib/sample/value.ts";
import { canonicalText, MAX_CANONICAL_TEXT } from "../../lib/signature/legacy/canonical-text.ts";
import { messageLimits } from "../../lib/wire/limits.ts";
import { readMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import type { Checks } from "./checks.ts";
import type { Corpus } from "./corpus.ts";
import { judgesFor, receivedBy } from "./judges.ts";
import { type Delivery, listenerOf, type Mutant } from "./mutant.ts";
import { referenceText } from "./reference-text.ts";
import { exactly } from "./resign.ts";
import { coveredText } from "./sealing.ts";

/** Judges what a transport hands on of a mutant, and checks the judgement. */
export function judgeAndCheck(
  delivered: Result<Delivery>,
  mutant: Mutant,
  corpus: Corpus,
  checks: Checks,
): readonly Result<Genuine>[] {
  try {
    const results = delivered.ok ? judged(delivered.value, mutant, checks) : [delivered];
    // Taken out again only where something was accepted.
    let messages: readonly Value[] | undefined;
    for (const [index, result] of results.entries()) {
      if (!result.ok) checkRejected(result, mutant, checks);
      else if (delivered.ok) {
        messages ??= messagesIn(delivered.value);
        const context: Context = { delivery: delivered.value, message: messages[index], mutant, corpus, checks };
        if (result.value.record.dialect === "v2") checkSealed(result.value.record, context);
        else checkSigned(result.value.record, result.value.record.dialect, context);
      }
    }
    return results;
  } catch (error) {
    checks.failed("throws", stackOf(error), mutant);
    return [reject("undecodable", "thrown")];
  }
}

export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What is genuine in a mutant's deliveries, and what tells each from every other: its signature, or its place in what was sealed. */
export function provenIn(
  judged: readonly (readonly Result<Genuine>[])[],
  { deliveries, sealed }: Mutant,
): readonly (readonly [record: MeteringRecord, proof: string])[] {
  return judged.flatMap((results, at) => {
    const delivered = deliveries[at];
    const macs = delivered?.ok ? macsOf(delivered.value) : [];
    const mac = macs.find((one) => one === sealed?.mac) ?? macs[0];
    return results.flatMap((result, index) =>
      result.ok ? [[result.value.record, result.value.record.message_signature ?? `${mac}/${index}`] as const] : [],
    );
  });
}

interface Context {
  readonly delivery: Delivery;
  /** What was accepted, as it was sent. */
  readonly message: Value | undefined;
  readonly mutant: Mutant;
  readonly corpus: Corpus;
  readonly checks: Checks;
}

function judged(delivery: Delivery, mutant: Mutant, checks: Checks): readonly Result<Genuine>[] {
  const { judge, forgetful } = judgesFor(mutant.index);
  const receipt = receivedBy(listenerOf(mutant));
  const judgedBy = (one: Judge) =>
    delivery.form === "text"
      ? one.text(delivery.text, delivery.attributes, receipt)
      : one.bytes(delivery.bytes, receipt);
  const results = judgedBy(judge);
  const plain = judgedBy(forgetful).map(spelled);
  if (!isDeepStrictEqual(results.map(spelled), plain)) checks.failed("lanes", plain.join("; "), mutant);
  return results;
}

/** A judgement with the order of names, which Python 2's dictionaries have. */
function spelled(result: Result<Genuine>): string {
  if (!result.ok) return `${result.reason}: ${result.detail}`;
  const { record, keyId, size, mark } = result.value;
  return `${exactly(toMessage(record))} at ${record.time} in ${record.dialect} by ${keyId}, ${size}, ${mark}`;
}

function messagesIn(delivery: Delivery): readonly Value[] {
  if (delivery.form === "text") {
    const decoded = decodeQueueBody(delivery.text);
    // Nothing is accepted in place of one that is too large.
    return decoded.ok ? decoded.value.messages.map(({ message }) => (message.ok ? message.value : null)) : [];
  }
  const { bytes } = delivery;
  if (bytes[0] !== 0xc1) return [decodedValue(bytes)];
  const body = bytes.subarray(7 + (bytes[6] ?? 0) + 8, -32);
  const value = decodedValue(bytes[5] === 1 ? inflateRawSync(body) : body);
  return isValueList(value) ? value : [];
}

function decodedValue(bytes: Uint8Array): Value {
  const read = readMsgpack(bytes, messageLimits);
  return read.ok ? read.value.value : null;
}

function checkSigned(
  record: MeteringRecord,
  dialect: Parameters<typeof canonicalText>[1],
  { message, mutant, corpus, checks }: Context,
): void {
  const signature = record.message_signature ?? "";
  const again = mutant.signed?.signature === signature ? mutant.signed : undefined;
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

function checkSealed(record: MeteringRecord, { delivery, message, mutant, corpus, checks }: Context): void {
  const [sealed] = macsOf(delivery).flatMap((mac) =>
    mutant.sealed?.mac === mac ? [mutant.sealed] : (corpus.sealed.get(mac) ?? []),
  );
  if (sealed === undefined) {
    checks.failed("falseAccept", "by a MAC that nobody gave, or by a key that proves nothing here", mutant);
    return;
  }
  if (!coveredBy(delivery).equals(sealed.covered)) checks.failed("falseAccept", "other bytes than were signed", mutant);
  if (mutant.index % COMPARED_EVERY !== 0) return;
  if (!isValueMap(message) || exactly(toMessage(record)) !== exactly(withoutSignature(message))) {
    checks.failed("signature", "another record than the message that was signed", mutant);
  }
}

/** Writing values down takes longer than judging them. */
const COMPARED_EVERY = 3;

/** Those that stand in it or beside it, in hexadecimal. */
function macsOf(delivery: Delivery): readonly string[] {
  if (delivery.form === "bytes") return [Buffer.from(delivery.bytes).subarray(-32).toString("hex")];
  const entries = (delivery.attributes["webhook-signature"] ?? "").split(" ");
  return entries.map((entry) => Buffer.from(entry.replace(/^v1,/, ""), "base64").toString("hex"));
}

function coveredBy(delivery: Delivery): Buffer {
  if (delivery.form === "bytes") return Buffer.from(delivery.bytes).subarray(0, -32);
  const { "webhook-id": id, "webhook-timestamp": timestamp } = delivery.attributes;
  return coveredText(id, timestamp, delivery.text);
}

function withoutSignature(message: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const rest = new Map(message);
  rest.delete("message_signature");
  return rest;
}

/** For the signature of what has the right one. */
const SIGNATURE_REASONS: readonly string[] = ["bad-signature", "unsigned", "unknown-key"];

function checkRejected({ reason, detail }: Rejected, mutant: Mutant, checks: Checks): void {
  if (!rejectionReasons.some((known) => known === reason) || detail === "") {
    checks.failed("reasons", `${reason}: ${detail}`, mutant);
  }
  if (mutant.isResigned && SIGNATURE_REASONS.includes(reason)) {
    checks.failed("resigned", `${reason}: ${detail}`, mutant);
  }
}
