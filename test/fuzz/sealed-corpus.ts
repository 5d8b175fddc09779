import { deflateRawSync } from "node:zlib";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { seededRandom } from "../support/random.ts";
import type { Genuine, Some } from "./corpus.ts";
import { type Envelope, envelopeOf } from "./sealing.ts";

/** An envelope of signature v2 as a publisher sealed it. */
export interface SealedGenuine extends Envelope {
  /** Before it was deflated. */
  readonly body: Buffer;
  readonly deflated: boolean;
  /** Of each message inside. */
  readonly proofs: readonly string[];
}

const ENVELOPES = 200;
const MOST_MESSAGES = 4;

/** Envelopes of captured messages, always the same. */
export function sealedCorpus(accepted: Some<Genuine>): Some<SealedGenuine> {
  const random = seededRandom(1);
  const seal = (): SealedGenuine => {
    const messages = Array.from({ length: 1 + random.integer(MOST_MESSAGES) }, () => random.pick(accepted).message);
    const body = encodeMsgpack(messages);
    const deflated = random.chance(0.3);
    const envelope = envelopeOf(deflated ? deflateRawSync(body) : body, deflated, random);
    return { ...envelope, body, deflated, proofs: messages.map((_, index) => proofAt(envelope, index)) };
  };
  return [seal(), ...Array.from({ length: ENVELOPES - 1 }, seal)];
}

/** What tells the record of one message of an envelope, as `provenIn` does. */
export function proofAt({ sealed }: Pick<Envelope, "sealed">, index: number): string {
  return `${sealed.mac}/${index}`;
}
