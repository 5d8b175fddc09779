import fc from "fast-check";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { StorageDriver, Stored } from "../../lib/storage/driver.ts";
import { openGated } from "./gated-driver.ts";

/** What an erratic storage does about the next record; the last two are faults of the driver itself. */
const moods = ["recorded", "failed", "unstorable", "throw", "too few"] as const;
export type Mood = (typeof moods)[number];

export const moodScript: fc.Arbitrary<readonly Mood[]> = fc.array(fc.constantFrom(...moods), {
  minLength: 1,
  maxLength: 30,
});

/** A storage that fails as the script says, which it repeats. Nothing is really stored. */
export function openErratic(script: readonly Mood[]): StorageDriver {
  let step = 0;
  return openGated((records: readonly MeteringRecord[]) => {
    const stored: Stored[] = [];
    for (const _ of records) {
      const mood = script[step++ % script.length];
      if (mood === "throw") throw new Error("at random");
      if (mood === "too few") break;
      stored.push(answers[mood ?? "recorded"]);
    }
    return stored;
  });
}

const answers: Readonly<Record<Exclude<Mood, "throw" | "too few">, Stored>> = {
  recorded: { kind: "recorded" },
  failed: { kind: "failed", cause: "at random" },
  unstorable: { kind: "unstorable", detail: "at random" },
};
