import type { Result } from "../../lib/collector/outcome.ts";
import type { Value } from "../../lib/collector/value.ts";
import type { Random } from "../interop/random.ts";
import { seededRandom } from "../interop/random.ts";
import type { Corpus, Signed } from "./corpus.ts";
import { datagramMutant } from "./datagram-mutant.ts";
import { envelopeMutant } from "./envelope-mutant.ts";
import { streamMutant } from "./stream-mutant.ts";

/** One mutated message on its way in, with genuine ones beside it where its transport carries several. */
export interface Mutant {
  readonly index: number;
  readonly transport: "datagram" | "stream" | "envelope";
  /** What was done to it first. */
  readonly mutation: string;
  /** As it was sent. */
  readonly bytes: Buffer;
  /** What the transport makes of it: what the dispatcher is given. */
  readonly messages: readonly Result<readonly Value[]>[];
  /** How it was signed after the mutation; undefined for one that was not. */
  readonly resigned: Signed | undefined;
  /** The signatures of its genuine neighbours, which have to be recorded whatever the mutant is. */
  readonly neighbours: readonly string[];
  /** What a transport did wrong before anything was judged. */
  readonly problem?: string;
}

export type Draft = Omit<Mutant, "index" | "transport">;

/** Every second mutant is signed again. Depends on seed and index alone, so that one can be had without the others. */
export function makeMutant(corpus: Corpus, seed: number, index: number): Mutant {
  const random = seededRandom(seed ^ Math.imul(index + 1, 0x9e37_79b1));
  const resign = index % 2 === 1;
  const { transport, make } = transportFor(random);
  for (;;) {
    // What can't be packed or signed is thrown away for another.
    const draft = make(corpus, resign, random);
    if (draft !== undefined) return { index, transport, ...draft };
  }
}

type Make = (corpus: Corpus, resign: boolean, random: Random) => Draft | undefined;

function transportFor(random: Random): { readonly transport: Mutant["transport"]; readonly make: Make } {
  const share = random.integer(100);
  if (share < 84) return { transport: "datagram", make: datagramMutant };
  return share < 92 ? { transport: "stream", make: streamMutant } : { transport: "envelope", make: envelopeMutant };
}
