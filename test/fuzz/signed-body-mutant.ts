import type { MessageAttributes } from "../../lib/sample/arrived.ts";
import { accept } from "../../lib/sample/rejection.ts";
import type { ValueMap } from "../../lib/sample/value.ts";
import type { Random } from "../support/random.ts";
import { enveloped, genuineBody, isSpoilt, jsonBytes } from "./body-mutant.ts";
import type { Corpus } from "./corpus.ts";
import type { Draft } from "./mutant.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { mutateMessage } from "./mutate-message.ts";
import { proofAt } from "./sealed-corpus.ts";
import { type SignedBody, signedBody } from "./sealing.ts";
import { wireJson } from "./wire-json.ts";

/** A queue message that is signed by its attributes: damaged, one of the attributes too, or signed after the damage. */
export function signedBodyMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  if (resign) return random.chance(0.3) ? damagedThenSigned(corpus, random) : mutatedThenSigned(corpus, random);
  const body = genuineBody(corpus, random);
  const signed = signedBody(body, random);
  if (random.chance(0.5)) {
    const { mutation, bytes } = mutateBytes(Buffer.from(body), Buffer.from(random.pick(corpus.bodies)), random);
    return draft(mutation, bytes.toString("utf8"), signed, false);
  }
  const attributes = damagedAttributes(signed.attributes, random);
  return draft("v2: attributes", body, { ...signed, attributes }, false);
}

function damagedThenSigned(corpus: Corpus, random: Random): Draft {
  const other = Buffer.from(random.pick(corpus.bodies));
  const { mutation, bytes } = mutateBytes(Buffer.from(genuineBody(corpus, random)), other, random);
  const body = bytes.toString("utf8");
  return draft(mutation, body, signedBody(body, random), true);
}

function mutatedThenSigned(corpus: Corpus, random: Random): Draft | undefined {
  const { mutation, message } = mutateMessage(random.pick(corpus.messages), random);
  const own = jsonBytes(message)?.toString("utf8");
  if (own === undefined) return undefined;
  const neighbours = Array.from({ length: random.integer(3) }, () => random.pick(corpus.neighbours).message);
  const at = random.integer(neighbours.length + 1);
  const items = neighbours.map((neighbour) => wireJson(unsigned(neighbour, random)) ?? "null").toSpliced(at, 0, own);
  const body = enveloped(items, random);
  const signed = signedBody(body, random);
  const proofs = items.map((_, index) => proofAt(signed, index)).toSpliced(at, 1);
  return { ...draft(mutation, body, signed, true), neighbours: proofs, isSpoilt: () => isSpoilt(body, own) };
}

/** Its own signature may stay, and means nothing. */
function unsigned(message: ValueMap, random: Random): ValueMap {
  return random.chance(0.5) ? message : new Map([...message].filter(([name]) => name !== "message_signature"));
}

function damagedAttributes(attributes: MessageAttributes, random: Random): MessageAttributes {
  const names = Object.keys(attributes);
  const chosen = names[random.integer(names.length)] ?? "";
  const { [chosen]: value = "", ...others } = attributes;
  if (random.chance(0.1)) return others;
  const spliced = Buffer.from(attributes[names[random.integer(names.length)] ?? ""] ?? "");
  return { ...others, [chosen]: mutateBytes(Buffer.from(value), spliced, random).bytes.toString("utf8") };
}

function draft(mutation: string, text: string, { attributes, sealed }: SignedBody, isResigned: boolean): Draft {
  const bytes = Buffer.from(JSON.stringify({ text, attributes }));
  return {
    mutation,
    bytes,
    deliveries: [accept({ form: "text", text, attributes })],
    isResigned,
    sealed,
    neighbours: [],
  };
}
