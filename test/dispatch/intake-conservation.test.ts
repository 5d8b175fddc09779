import fc from "fast-check";
import { expect, it } from "vitest";
import { createIntake } from "../../lib/dispatch/intake.ts";
import { createPendingMessages } from "../../lib/dispatch/pending-messages.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createRecordQueue } from "../../lib/dispatch/record-queue.ts";
import type { Spilled } from "../../lib/dispatch/spill-queue.ts";
import { createSpiller, MESSAGE_OVERHEAD_BYTES } from "../../lib/dispatch/spiller.ts";
import { Unspillable } from "../../lib/dispatch/unspillable.ts";
import { newCounters } from "../../lib/ledger/socket-counters.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Genuine } from "../../lib/sample/genuine.ts";
import { accept, type RejectionReason, type Result, reject, rejectionReasons } from "../../lib/sample/rejection.ts";
import { unaccounted } from "../ledger/ledger.ts";
import { aSample } from "../support/sample-builder.ts";
import { moodScript, openErratic } from "./erratic-driver.ts";
import { scriptedSpillQueue } from "./scripted-spill-queue.ts";

const base = aSample();

/** A sample as judged: a reason, or the number of a genuine one; low numbers come again and again. */
const sample = fc.oneof(fc.nat(20), fc.constantFrom<RejectionReason>(...rejectionReasons));
/** "break": the judge itself does. */
const message = fc.oneof(
  { weight: 9, arbitrary: fc.array(sample, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant("break" as const) },
);

const spills = ["taken", "refused", "never", "thrown"] as const;
const spillScript = fc.array(fc.constantFrom(...spills), { minLength: 1, maxLength: 10 });

/** What a spill queue in trouble does about the next batch. */
function spillAnswer(mood: (typeof spills)[number] | undefined): Spilled {
  if (mood === "thrown") throw new Error("at random");
  if (mood === "taken") return { ok: true };
  return { ok: false, cause: mood === "never" ? new Unspillable("at random") : new Error("at random") };
}

function judged(samples: readonly (number | RejectionReason)[]): readonly Result<Genuine>[] {
  return samples.map((one) =>
    typeof one === "number"
      ? accept({ record: { ...base, message_id: `${one}` }, keyId: "key", size: 1 })
      : reject(one, ""),
  );
}

it("the intake loses count of no message and no sample, whatever storage and spill queue do", async () => {
  const run = fc.record({
    messages: fc.array(message, { maxLength: 40 }),
    moods: moodScript,
    /** None: without a spill queue. */
    spilling: fc.option(spillScript),
    capacity: fc.integer({ min: 0, max: 12 }),
    held: fc.integer({ min: 0, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(run, async ({ messages, moods, spilling, capacity, held }) => {
      const counters = newCounters();
      const gaps = new Set<number>();
      const look = () => gaps.add(unaccounted(counters));
      const erratic = openErratic(moods);
      const driver = {
        ...erratic,
        record: (records: Parameters<typeof erratic.record>[0]) => look() && erratic.record(records),
      };
      const queue = createRecordQueue({ driver, capacity, batchSize: 4, lingerMs: 0, retryForMs: 5 });
      let step = 0;
      const spillQueue = scriptedSpillQueue(() => {
        look();
        return spillAnswer(spilling?.[step++ % spilling.length]);
      });
      const logger = createLogger(() => {});
      const maxHeldBytes = held * (MESSAGE_OVERHEAD_BYTES + 1);
      const spiller =
        spilling === null ? undefined : createSpiller({ queue: spillQueue, logger, maxHeldBytes, lingerMs: 0 });
      const options = {
        host: "",
        port: 0,
        queue,
        recent: createRecentlyRecorded({ capacity: 8 }),
        pending: createPendingMessages(),
        spiller,
        onRejected: look,
        judge: (bytes: Uint8Array) => {
          const next = messages[bytes[0] ?? 0] ?? [];
          if (next === "break") throw new Error("at random");
          return judged(next);
        },
      };
      const intake = createIntake("udp", options, counters);
      for (const number of messages.keys()) {
        intake.receive(Buffer.of(number), { address: "10.0.0.1", port: 1 });
        look();
        if (number % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
        look();
      }
      await queue.drain(20);
      look();
      await spiller?.drain(20);
      look();

      const decoded = messages.reduce((sum, one) => sum + (one === "break" ? 1 : one.length), 0);
      expect([...gaps].filter((gap) => gap !== 0)).toEqual([]);
      expect(counters.figures).toMatchObject({
        MessagesReceived: messages.length,
        MessagesInFlight: 0,
        SamplesDecoded: decoded,
        RecordsInFlight: 0,
      });
      expect([queue.held, spiller?.held ?? 0]).toEqual([0, 0]);
    }),
    { numRuns: 60 },
  );
});
