import { FrameReader } from "../../lib/listener/tcp/frame-reader.ts";
import { accept, type Result } from "../../lib/sample/rejection.ts";
import { encodeFrame } from "../../lib/wire/frame.ts";
import { messageLimits } from "../../lib/wire/limits.ts";
import type { Random } from "../support/random.ts";
import type { Corpus } from "./corpus.ts";
import { packedMutant } from "./datagram-mutant.ts";
import { asBytes, type Delivery, type Draft } from "./mutant.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import { sealedMutant } from "./sealed-mutant.ts";

/** A frame to be sent among others, and what is known of it. */
type Framed = Pick<Draft, "mutation" | "bytes" | "signed" | "sealed" | "neighbours" | "isSpoilt" | "problem">;

export function streamMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  return streamAround(corpus, resign, random, () => {
    const mutant = packedMutant(corpus, resign, random);
    return mutant && { ...mutant, neighbours: [] };
  });
}

export function sealedStreamMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  return streamAround(corpus, resign, random, () => sealedMutant(corpus, resign, random));
}

/** A mutated frame among up to two genuine ones; or, if it isn't signed again, at times a damaged stream. */
function streamAround(
  corpus: Corpus,
  isResigned: boolean,
  random: Random,
  make: () => Framed | undefined,
): Draft | undefined {
  const before = Array.from({ length: random.integer(2) }, () => genuineFrame(corpus, random));
  const after = Array.from({ length: random.integer(2) }, () => genuineFrame(corpus, random));
  if (!isResigned && random.chance(0.4)) {
    const stream = streamOf([...before, ...after, genuineFrame(corpus, random)].map(({ bytes }) => bytes));
    const mutated = mutateBytes(stream, genuineFrame(corpus, random).bytes, random);
    return { ...mutated, deliveries: framesOf(mutated.bytes, random).map(delivered), isResigned, neighbours: [] };
  }
  const made = make();
  // No frame can be empty.
  if (made === undefined || made.bytes.length === 0) return undefined;
  const { isSpoilt, ...mutant } = made;
  const sent = [...before.map(({ bytes }) => bytes), mutant.bytes, ...after.map(({ bytes }) => bytes)];
  const stream = streamOf(sent);
  const frames = framesOf(stream, random);
  return {
    ...mutant,
    bytes: stream,
    deliveries: frames.map(delivered),
    isResigned,
    neighbours: [...(isSpoilt?.() ? [] : mutant.neighbours), ...[...before, ...after].flatMap(({ proofs }) => proofs)],
    ...(!sameFrames(sent, frames) && { problem: "the frames did not come out as they were sent" }),
  };
}

/** One message, or an envelope. */
function genuineFrame(corpus: Corpus, random: Random): { readonly bytes: Buffer; readonly proofs: readonly string[] } {
  if (random.chance(0.5)) return random.pick(corpus.envelopes);
  const { bytes, signed } = random.pick(corpus.neighbours);
  return { bytes, proofs: [signed.signature] };
}

function streamOf(frames: readonly Buffer[]): Buffer {
  return Buffer.concat(frames.map(encodeFrame));
}

/** What the reader makes of a stream that arrives in pieces of any length. */
function framesOf(stream: Buffer, random: Random): readonly Result<Uint8Array>[] {
  const reader = new FrameReader(messageLimits.maxBytes);
  const frames: Result<Uint8Array>[] = [];
  const longest = random.pick([3, 50, 1_500, 65_536]);
  for (let at = 0; at < stream.length; ) {
    const end = at + 1 + random.integer(longest);
    reader.write(stream.subarray(at, end));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
    at = end;
  }
  return frames;
}

function delivered(frame: Result<Uint8Array>): Result<Delivery> {
  return frame.ok ? accept(asBytes(frame.value)) : frame;
}

function sameFrames(sent: readonly Buffer[], frames: readonly Result<Uint8Array>[]): boolean {
  return (
    sent.length === frames.length &&
    sent.every((bytes, index) => {
      const frame = frames[index];
      return frame?.ok === true && bytes.equals(frame.value);
    })
  );
}
