import { accept } from "../../lib/sample/rejection.ts";
import { isValueMap, type Value, type ValueMap } from "../../lib/sample/value.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import type { Random } from "../support/random.ts";
import type { Corpus, Signed } from "./corpus.ts";
import { looseMsgpack } from "./loose-msgpack.ts";
import { asBytes, type Draft } from "./mutant.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { mutateMessage } from "./mutate-message.ts";
import { oddValue } from "./odd-value.ts";
import { resigned } from "./resign.ts";

/** A mutated message in msgpack. */
export interface PackedMutant {
  readonly mutation: string;
  readonly bytes: Buffer;
  /** How it was signed after the mutation; undefined for one that was not. */
  readonly signed: Signed | undefined;
  readonly problem?: string;
}

export function datagramMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  const packed = packedMutant(corpus, resign, random);
  if (packed === undefined) return undefined;
  return { ...packed, deliveries: [accept(asBytes(packed.bytes))], isResigned: resign, neighbours: [] };
}

export function packedMutant(corpus: Corpus, resign: boolean, random: Random): PackedMutant | undefined {
  const { message, bytes } = random.pick(corpus.genuine);
  const byBytes = random.chance(resign ? 0.3 : 0.5);
  if (byBytes && !resign) {
    return { ...mutateBytes(bytes, random.pick(corpus.genuine).bytes, random), signed: undefined };
  }
  const mutated = byBytes ? decodableBytes(bytes, corpus, random) : mutateMessage(message, random);
  const pack = (changed: ValueMap) => packed(changed, random);
  if (!resign) {
    const unsigned = pack(mutated.message);
    return unsigned && { mutation: mutated.mutation, bytes: unsigned, signed: undefined };
  }
  const signed = resigned(mutated.message, pack, decodeMsgpack, random);
  return signed && { ...signed, mutation: mutated.mutation };
}

/** Most damage leaves no map, so it is done again until one is left. */
function decodableBytes(
  bytes: Buffer,
  corpus: Corpus,
  random: Random,
): { readonly mutation: string; readonly message: ValueMap } {
  for (;;) {
    const mutated = mutateBytes(bytes, random.pick(corpus.genuine).bytes, random);
    const decoded = decodeMsgpack(mutated.bytes);
    if (decoded.ok && isValueMap(decoded.value)) return { mutation: mutated.mutation, message: decoded.value };
  }
}

/** Undefined for an integer that msgpack has no room for. */
export function packed(message: ValueMap, random: Random): Buffer | undefined {
  try {
    if (random.chance(0.1)) return encodeMsgpack(message);
    return looseMsgpack(message, random, random.chance(0.1) ? decoysFor(message, random) : undefined);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function decoysFor(message: ValueMap, random: Random): ReadonlyMap<string, Value> {
  const names = Array.from(message.keys()).filter(() => random.chance(0.1));
  return new Map(names.map((name) => [name, oddValue(random)]));
}
