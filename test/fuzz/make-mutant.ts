import { type Random, seededRandom } from "../support/random.ts";
import { bodyMutant } from "./body-mutant.ts";
import type { Corpus } from "./corpus.ts";
import { datagramMutant } from "./datagram-mutant.ts";
import type { Draft, Mutant } from "./mutant.ts";
import { sealedDatagramMutant } from "./sealed-mutant.ts";
import { signedBodyMutant } from "./signed-body-mutant.ts";
import { sealedStreamMutant, streamMutant } from "./stream-mutant.ts";

/** Every second mutant is signed again. Depends on seed and index alone, so that one can be had without the others. */
export function makeMutant(corpus: Corpus, seed: number, index: number): Mutant {
  const random = seededRandom(seed ^ Math.imul(index + 1, 0x9e37_79b1));
  const resign = index % 2 === 1;
  const { make, ...kind } = kindFor(random);
  for (;;) {
    // What can't be packed or signed is thrown away for another.
    const draft = make(corpus, resign, random);
    if (draft !== undefined) return { index, ...kind, ...draft };
  }
}

type Make = (corpus: Corpus, resign: boolean, random: Random) => Draft | undefined;

interface Kind extends Pick<Mutant, "transport" | "scheme"> {
  readonly make: Make;
}

const kinds: readonly (readonly [share: number, Kind])[] = [
  [60, { transport: "datagram", scheme: "legacy", make: datagramMutant }],
  [22, { transport: "datagram", scheme: "v2", make: sealedDatagramMutant }],
  [5, { transport: "stream", scheme: "legacy", make: streamMutant }],
  [4, { transport: "stream", scheme: "v2", make: sealedStreamMutant }],
  [5, { transport: "queue message", scheme: "legacy", make: bodyMutant }],
  [4, { transport: "queue message", scheme: "v2", make: signedBodyMutant }],
];

function kindFor(random: Random): Kind {
  let share = random.integer(100);
  for (const [size, kind] of kinds) {
    if (share < size) return kind;
    share -= size;
  }
  throw new Error("the shares are not 100 in all");
}
