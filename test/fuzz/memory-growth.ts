import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Of so many samples the lowest counts, because on a busy machine one of them may come too early. */
const SAMPLES = 5;
/** V8 gives pages back in the background: measured at once, RSS is up to 40 MB higher, or not. */
const GIVEN_BACK_MS = 50;

/** In megabytes. */
export interface Memory {
  readonly rss: number;
  /** What lives in the heap and in buffers outside of it: without the slack of tens of megabytes that RSS has. */
  readonly held: number;
}

/**
 * How much more memory the process holds at the end than after the warm-up.
 *
 * It is measured after full collections of garbage: how far the heap of young objects has grown by then, and
 * how much garbage lies in it, is the engine's choice and says nothing about what we hold.
 */
export class MemoryGrowth {
  readonly #collectGarbage: () => void;
  #samples = 0;
  #first: Memory[] = [];
  #last: Memory[] = [];

  constructor() {
    // As --expose-gc would, but whoever starts the fuzzer need not know.
    setFlagsFromString("--expose-gc");
    this.#collectGarbage = runInNewContext("gc");
  }

  async sample(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      this.#collectGarbage();
      await sleep(GIVEN_BACK_MS);
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    const memory = { rss: rss / 2 ** 20, held: (heapUsed + external) / 2 ** 20 };
    this.#samples++;
    if (this.#first.length < SAMPLES) this.#first.push(memory);
    this.#last = [...this.#last, memory].slice(-SAMPLES);
  }

  /** False while the beginning and the end are still the same. */
  get isMeasured(): boolean {
    return this.#samples >= 2 * SAMPLES;
  }

  get start(): Memory {
    return lowest(this.#first);
  }

  get end(): Memory {
    return lowest(this.#last);
  }
}

function lowest(samples: readonly Memory[]): Memory {
  return { rss: Math.min(...samples.map(({ rss }) => rss)), held: Math.min(...samples.map(({ held }) => held)) };
}
