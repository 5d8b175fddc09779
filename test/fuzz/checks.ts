import type { Mutant } from "./mutant.ts";

/** What has to hold for every mutant, and for the run as a whole. */
export const checkNames = {
  throws: "nothing throws",
  lanes: "a message is judged the same, whether its metadata came before or not",
  reasons: "every rejection has a reason of the closed list, and says why",
  outcomes: "every message has one outcome, which agrees with how its values were judged",
  falseAccept: "nothing is accepted whose text or bytes differ from those that were signed",
  identity: "nothing that was signed once is accepted as another record",
  resigned: "nothing that was signed again is refused for its signature",
  neighbours: "genuine neighbours of a mutant are recorded",
  transport: "messages and frames are unpacked as they were packed, however a stream was cut",
  signature: "what is accepted gives its text or its message again, from its fields alone",
  content: "what has one content is one record",
  storage: "rows, DynamoDB's items and S3's keys give back what they were made from",
  memory: "what was recorded is read back, newest first, once",
  half: "half of all mutants were signed again, and enough of those were recorded",
  growth: "RSS did not grow by more than 20 MB after the warm-up, nor what lives by more than 10",
} as const;

export type Check = keyof typeof checkNames;

/** Shown of one failure; the bytes are shown whole. */
const MAX_SHOWN = 2_000;
/** Then the run stops: more would say the same. */
const MAX_FAILURES = 20;

/** Counts what failed, and prints each failure with all it takes to see it again. */
export class Checks {
  readonly #seed: number;
  readonly #failed = new Map<Check, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  failed(check: Check, why: string, mutant?: Mutant): void {
    this.#failed.set(check, (this.#failed.get(check) ?? 0) + 1);
    console.log(`FAILED ${checkNames[check]}: ${why.slice(0, MAX_SHOWN)}`);
    if (mutant === undefined) return;
    console.log(`  ${mutant.transport}, ${mutant.mutation}, ${mutant.scheme}, signed again: ${mutant.isResigned}`);
    console.log(`  again: npm run fuzz -- --seed ${this.#seed} --from ${mutant.index} --count 1`);
    console.log(`  hex: ${mutant.bytes.toString("hex")}`);
  }

  get hopeless(): boolean {
    return Array.from(this.#failed.values()).reduce((sum, count) => sum + count, 0) >= MAX_FAILURES;
  }

  /** Prints a line a check, the sum last; true if none failed. */
  finish(skipped: readonly Check[]): boolean {
    const names = (Object.keys(checkNames) as Check[]).filter((check) => !skipped.includes(check));
    for (const check of names) {
      const failures = this.#failed.get(check);
      console.log(
        failures === undefined ? `ok      ${checkNames[check]}` : `FAILED  ${checkNames[check]} (${failures})`,
      );
    }
    console.log(`${names.length - this.#failed.size} passed, ${this.#failed.size} failed`);
    return this.#failed.size === 0;
  }
}
