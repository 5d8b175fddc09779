import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Spilled } from "../../lib/dispatch/spill-queue.ts";
import { createSpiller, MESSAGE_OVERHEAD_BYTES, type SpillFate } from "../../lib/dispatch/spiller.ts";
import { Unspillable } from "../../lib/dispatch/unspillable.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { eventually } from "../support/eventually.ts";
import { scriptedSpillQueue, spilledMessage } from "./scripted-spill-queue.ts";

const NEVER_MS = 1_000_000;
const logger = createLogger(() => {});

const moods = ["take", "take later", "refuse", "throw", "hang", "never"] as const;
type Mood = (typeof moods)[number];

function answerTo(mood: Mood): Spilled | Promise<Spilled> {
  if (mood === "take") return { ok: true };
  if (mood === "take later") return new Promise((resolve) => setImmediate(() => resolve({ ok: true })));
  if (mood === "hang") return new Promise(() => {});
  if (mood === "throw") throw new Error("at random");
  return { ok: false, cause: mood === "never" ? new Unspillable("at random") : "at random" };
}

describe("draining a spiller", () => {
  it("is done at once when there is nothing", async () => {
    const spiller = createSpiller({ queue: scriptedSpillQueue(), logger });
    expect(await spiller.drain(NEVER_MS)).toBe(true);
    expect(await spiller.drain(NEVER_MS)).toBe(true);
  });

  it("waits neither for company nor for the next attempt", async () => {
    let refusing = true;
    const queue = scriptedSpillQueue(() => (refusing ? { ok: false, cause: "down" } : { ok: true }));
    const spiller = createSpiller({ queue, logger, lingerMs: 1 });
    const fates: SpillFate[] = [];
    spiller.offer(spilledMessage(1), (fate) => fates.push(fate));
    await eventually("several attempts", () => queue.calls.length === 4);
    refusing = false;
    spiller.offer(spilledMessage(2), (fate) => fates.push(fate));
    const started = performance.now();
    expect(await spiller.drain(NEVER_MS)).toBe(true);
    expect(performance.now() - started).toBeLessThan(300);
    expect(fates).toEqual(["spilled", "spilled"]);
  });

  it("ends at its deadline, with everything left shed once, even if a call hangs and is answered later", async () => {
    const answers: ((answer: Spilled) => void)[] = [];
    const queue = scriptedSpillQueue(() => new Promise((resolve) => answers.push(resolve)), 300);
    const log: string[] = [];
    const spiller = createSpiller({ queue, logger: createLogger((line) => log.push(line)), maxSendsInFlight: 2 });
    const fates: [number, SpillFate][] = [];
    for (const number of [1, 2, 3]) spiller.offer(spilledMessage(number), (fate) => fates.push([number, fate]));
    expect(await spiller.drain(20)).toBe(false);
    const shed = [1, 2, 3].map((number) => [number, "shed"]);
    expect({ fates, held: spiller.held, bytes: spiller.heldBytes }).toEqual({ fates: shed, held: 0, bytes: 0 });
    expect(log.map((line) => JSON.parse(line))).toMatchObject([{ level: "error", messages: 3 }]);
    for (const answer of answers) answer({ ok: true });
    await eventually("answered", () => queue.pending === 0);
    expect([fates, spiller.held]).toEqual([shed, 0]);
  });

  it("settles every message exactly once and never holds too much, whatever the queue does", async () => {
    const limits = fc.record({
      maxHeldBytes: fc.integer({ min: 100, max: 4_000 }),
      maxSendsInFlight: fc.integer({ min: 1, max: 3 }),
      lingerMs: fc.constantFrom(0, 2),
    });
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.constant("turn" as const)), { maxLength: 40 });
    const script = fc.array(fc.constantFrom(...moods), { minLength: 1, maxLength: 12 });
    const settlesOnce = async (
      moodsInTurn: readonly Mood[],
      lengths: readonly (number | "turn")[],
      options: { readonly maxHeldBytes: number; readonly maxSendsInFlight: number; readonly lingerMs: number },
    ) => {
      let step = 0;
      const sizes: number[] = [];
      const queue = scriptedSpillQueue((messages) => {
        const batch = messages.map(({ bytes }) => bytes.length + MESSAGE_OVERHEAD_BYTES);
        if (batch.length > 1) sizes.push(batch.reduce((sum, size) => sum + size, 0));
        return answerTo(moodsInTurn[step++ % moodsInTurn.length] ?? "take");
      }, 1_500);
      const spiller = createSpiller({ queue, logger, ...options });
      const told: number[] = [];
      let offered = 0;
      for (const length of lengths) {
        if (length === "turn") await new Promise((resolve) => setImmediate(resolve));
        else {
          const index = offered++;
          told.push(0);
          let returned = false;
          spiller.offer(spilledMessage(index, length), () => {
            expect(returned).toBe(true);
            told[index] = (told[index] ?? 0) + 1;
          });
          returned = true;
        }
        expect(spiller.heldBytes).toBeLessThanOrEqual(options.maxHeldBytes);
      }
      await spiller.drain(5);
      expect(told).toEqual(told.map(() => 1));
      expect([spiller.held, spiller.heldBytes]).toEqual([0, 0]);
      expect(sizes.filter((size) => size > 1_500)).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(script, steps, limits, settlesOnce), { numRuns: 100 });
  });
});
