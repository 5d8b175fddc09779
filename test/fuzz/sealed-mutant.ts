import { deflateRawSync } from "node:zlib";
import { accept } from "../../lib/sample/rejection.ts";
import { datagramLimits, messageLimits } from "../../lib/wire/limits.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import type { Random } from "../support/random.ts";
import type { Corpus, Some } from "./corpus.ts";
import { packed } from "./datagram-mutant.ts";
import { goodKey, refusedKeys, secrets } from "./judges.ts";
import { looseMsgpack } from "./loose-msgpack.ts";
import { asBytes, type Draft } from "./mutant.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { mutateMessage } from "./mutate-message.ts";
import { oddValue } from "./odd-value.ts";
import { proofAt } from "./sealed-corpus.ts";
import { envelopeOf, HEADER_BYTES, type Sealed, signedWith } from "./sealing.ts";

/** A mutated envelope of signature v2, or an envelope of something mutated. */
export interface SealedMutant {
  readonly mutation: string;
  readonly bytes: Buffer;
  readonly sealed: Sealed | undefined;
  /** Of genuine messages in the same envelope. */
  readonly neighbours: readonly string[];
  readonly isSpoilt?: () => boolean;
}

export function sealedDatagramMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  const mutant = sealedMutant(corpus, resign, random);
  if (mutant === undefined) return undefined;
  return { ...mutant, deliveries: [accept(asBytes(mutant.bytes))], isResigned: resign };
}

export function sealedMutant(corpus: Corpus, resign: boolean, random: Random): SealedMutant | undefined {
  return random.pick(resign ? resigned : damaged)(corpus, random);
}

type Make = (corpus: Corpus, random: Random) => SealedMutant | undefined;

/** Something genuine with damage, or something that was signed with a secret that is not the named key's. */
const damaged: Some<Make> = [anywhere, anywhere, anywhere, inHeader, otherBody, otherSecret];

/** Mutated first and signed then, with the right secret. The first of them is the only one that is often recorded. */
const resigned: Some<Make> = [
  ...([message, message, message, message, message] as const),
  ...([body, body] as const),
  deflated,
  headerSigned,
  notMessages,
  refusedKey,
];

function anywhere(corpus: Corpus, random: Random): SealedMutant {
  const { bytes, sealed } = random.pick(corpus.envelopes);
  return { ...mutateBytes(bytes, random.pick(corpus.envelopes).bytes, random), sealed, neighbours: [] };
}

function inHeader(corpus: Corpus, random: Random): SealedMutant {
  const { bytes, sealed } = random.pick(corpus.envelopes);
  const other = random.pick(corpus.envelopes).bytes.subarray(0, HEADER_BYTES);
  const header = mutateBytes(bytes.subarray(0, HEADER_BYTES), other, random).bytes;
  const whole = Buffer.concat([header, bytes.subarray(HEADER_BYTES)]);
  return { mutation: "v2: header", bytes: whole, sealed, neighbours: [] };
}

/** One envelope's header and MAC around the body of another. */
function otherBody(corpus: Corpus, random: Random): SealedMutant {
  const [one, other] = [random.pick(corpus.envelopes), random.pick(corpus.envelopes)];
  const bytes = Buffer.concat([
    one.bytes.subarray(0, HEADER_BYTES),
    other.bytes.subarray(HEADER_BYTES, -32),
    one.bytes.subarray(-32),
  ]);
  return { mutation: "v2: body of another", bytes, sealed: one.sealed, neighbours: [] };
}

function otherSecret(corpus: Corpus, random: Random): SealedMutant {
  const { body } = random.pick(corpus.envelopes);
  const { secret } = random.pick([...refusedKeys, { secret: secrets[0] }]);
  const { bytes } = envelopeOf(body, false, random, { id: goodKey.id, secret });
  return { mutation: "v2: another secret", bytes, sealed: undefined, neighbours: [] };
}

function message(corpus: Corpus, random: Random): SealedMutant | undefined {
  const { mutation, message } = mutateMessage(random.pick(corpus.genuine).message, random);
  const own = packed(message, random);
  if (own === undefined) return undefined;
  const neighbours = Array.from({ length: random.integer(3) }, () => random.pick(corpus.neighbours).bytes);
  const at = random.integer(neighbours.length + 1);
  const items = neighbours.toSpliced(at, 0, own);
  const list = Buffer.concat([Uint8Array.of(0x90 + items.length), ...items]);
  const isDeflated = random.chance(0.3);
  const envelope = envelopeOf(isDeflated ? deflateRawSync(list) : list, isDeflated, random);
  const proofs = items.map((_, index) => proofAt(envelope, index)).toSpliced(at, 1);
  const isSpoilt = () =>
    Math.max(list.length, envelope.bytes.length) > datagramLimits.maxBytes || !decodeMsgpack(own, shallower).ok;
  return { ...envelope, mutation, neighbours: proofs, isSpoilt };
}

/** A message in a list may nest less deep than one alone. */
const shallower = { ...messageLimits, maxDepth: messageLimits.maxDepth - 1 };

function body(corpus: Corpus, random: Random): SealedMutant {
  const original = random.pick(corpus.envelopes);
  const { mutation, bytes } = mutateBytes(original.body, random.pick(corpus.envelopes).body, random);
  const isDeflated = random.chance(0.3);
  const envelope = envelopeOf(isDeflated ? deflateRawSync(bytes) : bytes, isDeflated, random);
  return { ...envelope, mutation, neighbours: [] };
}

function deflated(corpus: Corpus, random: Random): SealedMutant {
  const stream = deflateRawSync(random.pick(corpus.envelopes).body, { level: random.integer(10) });
  const { bytes } = mutateBytes(stream, random.pick(corpus.envelopes).body, random);
  return { ...envelopeOf(bytes, true, random), mutation: "v2: deflate stream", neighbours: [] };
}

/** Any header at all, with the right MAC; but with the key id, or else the MAC would not be right. */
function headerSigned(corpus: Corpus, random: Random): SealedMutant | undefined {
  const { bytes } = random.pick(corpus.envelopes);
  const other = random.pick(corpus.envelopes).bytes.subarray(0, HEADER_BYTES);
  const { bytes: header } = mutateBytes(bytes.subarray(0, HEADER_BYTES), other, random);
  const envelope = signedWith(Buffer.concat([header, bytes.subarray(HEADER_BYTES, -32)]), goodKey);
  if (!envelope.bytes.subarray(6, 12).equals(bytes.subarray(6, 12))) return undefined;
  return { ...envelope, mutation: "v2: header", neighbours: [] };
}

/** Bodies that are no list of maps, and such as inflate to a great deal. */
function notMessages(_corpus: Corpus, random: Random): SealedMutant | undefined {
  if (random.chance(0.2)) {
    return { ...envelopeOf(random.pick(bombs), true, random), mutation: "v2: bomb", neighbours: [] };
  }
  const value = random.chance(0.5) ? oddValue(random) : [oddValue(random), oddValue(random)];
  try {
    return { ...envelopeOf(looseMsgpack(value, random), false, random), mutation: "v2: no messages", neighbours: [] };
  } catch (error) {
    // An integer that msgpack has no room for.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const bombs: Some<Buffer> = [
  deflateRawSync(Buffer.alloc(65_537)),
  deflateRawSync(Buffer.alloc(2 ** 24)),
  deflateRawSync(Buffer.concat([Buffer.from("dd00100000", "hex"), Buffer.alloc(2 ** 20, 0xc0)])),
];

function refusedKey(corpus: Corpus, random: Random): SealedMutant {
  const { bytes } = envelopeOf(random.pick(corpus.envelopes).body, false, random, random.pick(refusedKeys));
  return { mutation: "v2: refused key", bytes, sealed: undefined, neighbours: [] };
}
