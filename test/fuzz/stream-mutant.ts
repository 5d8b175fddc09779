import { messageLimits } from "../../lib/collector/decode/limits.ts";
import { decodeMsgpack } from "../../lib/collector/decode/msgpack.ts";
import { FrameReader } from "../../lib/collector/listener/frame-reader.ts";
import { accept, type Result } from "../../lib/collector/outcome.ts";
import type { Value } from "../../lib/collector/value.ts";
import type { Random } from "../interop/random.ts";
import type { Corpus } from "./corpus.ts";
import { packedMutant } from "./datagram-mutant.ts";
import type { Draft } from "./mutant.ts";
import { mutateBytes } from "./mutate-bytes.ts";

/** A mutated frame among up to two genuine ones; or, if it isn't signed again, at times a damaged stream. */
export function streamMutant(corpus: Corpus, resign: boolean, random: Random): Draft | undefined {
  const before = Array.from({ length: random.integer(2) }, () => random.pick(corpus.neighbours));
  const after = Array.from({ length: random.integer(2) }, () => random.pick(corpus.neighbours));
  if (!resign && random.chance(0.4)) {
    const stream = streamOf([...before, ...after, random.pick(corpus.neighbours)].map(({ bytes }) => bytes));
    const mutated = mutateBytes(stream, random.pick(corpus.neighbours).bytes, random);
    return { ...mutated, messages: framesOf(mutated.bytes, random).map(decoded), resigned: undefined, neighbours: [] };
  }
  const mutant = packedMutant(corpus, resign, random);
  // No frame can be empty.
  if (mutant === undefined || mutant.bytes.length === 0) return undefined;
  const sent = [...before.map(({ bytes }) => bytes), mutant.bytes, ...after.map(({ bytes }) => bytes)];
  const stream = streamOf(sent);
  const frames = framesOf(stream, random);
  return {
    mutation: mutant.mutation,
    bytes: stream,
    messages: frames.map(decoded),
    resigned: mutant.resigned,
    neighbours: [...before, ...after].map(({ signed }) => signed.signature),
    ...(mutant.problem !== undefined && { problem: mutant.problem }),
    ...(!sameFrames(sent, frames) && { problem: "the frames did not come out as they were sent" }),
  };
}

function streamOf(frames: readonly Buffer[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const header = Buffer.alloc(8);
      header.writeBigUInt64LE(BigInt(frame.length));
      return [header, frame];
    }),
  );
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

function decoded(frame: Result<Uint8Array>): Result<readonly Value[]> {
  if (!frame.ok) return frame;
  const value = decodeMsgpack(frame.value, messageLimits);
  return value.ok ? accept([value.value]) : value;
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
