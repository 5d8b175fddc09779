import { describe, expect, it } from "vitest";
import type { Spilled, SpilledMessage } from "../../lib/dispatch/spill-queue.ts";
import {
  createSpiller,
  MESSAGE_OVERHEAD_BYTES,
  type SpillerOptions,
  type SpillFate,
} from "../../lib/dispatch/spiller.ts";
import { Unspillable } from "../../lib/dispatch/unspillable.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { eventually } from "../support/eventually.ts";
import { scriptedSpillQueue, spilledMessage } from "./scripted-spill-queue.ts";

/** Longer than any test. */
const NEVER_MS = 1_000_000;
/** What one of the messages here is reckoned as. */
const SIZE = 72 + MESSAGE_OVERHEAD_BYTES;

function rig(options: Partial<SpillerOptions> & Pick<SpillerOptions, "queue">) {
  const log: { level: string; message: string }[] = [];
  const fates: [number, SpillFate][] = [];
  const spiller = createSpiller({
    lingerMs: 1,
    logger: createLogger((line) => log.push(JSON.parse(line))),
    ...options,
  });
  const offer = (...messages: readonly SpilledMessage[]) => {
    for (const message of messages) spiller.offer(message, (fate) => fates.push([message.bytes[0] ?? -1, fate]));
  };
  const offerNumbers = (...numbers: readonly number[]) => offer(...numbers.map((number) => spilledMessage(number)));
  return { spiller, offer, offerNumbers, fates, log };
}

function hanging(): Promise<Spilled> {
  return new Promise(() => {});
}

describe("a spiller", () => {
  it("sends together what comes within a moment, and tells of it only after the offer has returned", async () => {
    const queue = scriptedSpillQueue();
    const { spiller, offerNumbers, fates } = rig({ queue, lingerMs: 20 });
    offerNumbers(1, 2, 3);
    expect({ fates, held: spiller.held, bytes: spiller.heldBytes }).toEqual({ fates: [], held: 3, bytes: 3 * SIZE });
    await eventually("settled", () => fates.length === 3);
    expect(queue.calls).toEqual([[1, 2, 3]]);
    expect(fates).toEqual([1, 2, 3].map((number) => [number, "spilled"]));
    expect({ held: spiller.held, bytes: spiller.heldBytes }).toEqual({ held: 0, bytes: 0 });
  });

  it("sends what fills a call at once, the oldest first, and lets the rest wait for company", async () => {
    const queue = scriptedSpillQueue(undefined, 2 * SIZE + 1);
    const { spiller, offerNumbers, fates } = rig({ queue, lingerMs: NEVER_MS });
    offerNumbers(1, 2, 3, 4, 5);
    await eventually("two calls", () => fates.length === 4);
    expect([queue.calls, spiller.held]).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      1,
    ]);
    expect(await spiller.drain(NEVER_MS)).toBe(true);
    expect(queue.calls).toEqual([[1, 2], [3, 4], [5]]);
    expect(fates.at(-1)).toEqual([5, "spilled"]);
  });

  it("makes no more calls at one time than allowed", async () => {
    const queue = scriptedSpillQueue(hanging, SIZE);
    const { spiller, offerNumbers } = rig({ queue, maxSendsInFlight: 2 });
    offerNumbers(1, 2, 3);
    await eventually("two calls", () => queue.pending === 2);
    expect(await spiller.drain(20)).toBe(false);
    expect(queue.calls).toEqual([[1], [2]]);
  });

  it("tries again what was refused, by one call at a time until the queue is back, and says so once", async () => {
    let refusals = 0;
    const queue = scriptedSpillQueue(async () => {
      if (refusals === 4) return { ok: true };
      refusals++;
      if (refusals === 2) throw new Error("a broken promise");
      return { ok: false, cause: new Error("throttled") };
    }, 2 * SIZE);
    const { offerNumbers, fates, log } = rig({ queue });
    offerNumbers(1, 2, 3, 4, 5, 6);
    await eventually("settled", () => fates.length === 6);
    const all = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    expect(queue.calls).toEqual([...all, [1, 2], ...all]);
    expect(fates).toEqual([1, 2, 3, 4, 5, 6].map((number) => [number, "spilled"]));
    expect(log).toEqual([
      {
        level: "warn",
        message: "the spill queue takes nothing now; it is tried again for as long as memory holds",
        cause: "Error: throttled",
        held: 6,
        heldBytes: 6 * SIZE,
      },
      { level: "info", message: "the spill queue takes messages again", attempts: 2 },
    ]);
  });

  it("sheds the oldest that are not on the way when memory is full, and the newest when all are", async () => {
    const queue = scriptedSpillQueue(hanging, 2 * SIZE);
    const { spiller, offerNumbers, fates, log } = rig({ queue, maxHeldBytes: 4 * SIZE, maxSendsInFlight: 1 });
    offerNumbers(1, 2, 3, 4);
    await eventually("two on the way", () => queue.pending === 1);
    offerNumbers(5, 6, 7);
    expect([fates, spiller.held, spiller.heldBytes]).toEqual([[], 4, 4 * SIZE]);
    await eventually("settled", () => fates.length === 3);
    expect(fates).toEqual([3, 4, 5].map((number) => [number, "shed"]));
    expect(log).toMatchObject([{ level: "error", message: expect.stringContaining("memory is full") }]);

    const fullQueue = scriptedSpillQueue(hanging, 4 * SIZE);
    const full = rig({ queue: fullQueue, maxHeldBytes: 2 * SIZE });
    full.offerNumbers(1, 2);
    await eventually("both on the way", () => fullQueue.pending === 1);
    full.offerNumbers(3);
    await eventually("settled", () => full.fates.length === 1);
    expect([full.fates, full.spiller.held]).toEqual([[[3, "shed"]], 2]);
  });

  it("sheds first what was sent in vain, since it is older than what was not", async () => {
    const queue = scriptedSpillQueue(() => ({ ok: false, cause: "down" }), 2 * SIZE);
    const { offerNumbers, fates, spiller } = rig({ queue, maxHeldBytes: 5 * SIZE, maxSendsInFlight: 2 });
    offerNumbers(1, 2, 3, 4, 5);
    await eventually("both refused", () => queue.calls.length >= 2 && queue.pending === 0);
    offerNumbers(6, 7, 8);
    await eventually("settled", () => fates.length === 3);
    expect(fates).toEqual([1, 2, 3].map((number) => [number, "shed"]));
    expect(spiller.heldBytes).toBe(5 * SIZE);
    await spiller.drain(0);
    expect(fates.slice(3)).toEqual([4, 5, 6, 7, 8].map((number) => [number, "shed"]));
  });

  it("sends a message that is too large for company alone, and sheds it if the queue will never take it", async () => {
    const queue = scriptedSpillQueue(
      ([first]) => (first?.bytes[0] === 3 ? { ok: false, cause: new Unspillable("a frame of 1 MiB") } : { ok: true }),
      3 * SIZE,
    );
    const { offer, fates, log } = rig({ queue, maxSendsInFlight: 1 });
    offer(spilledMessage(1), spilledMessage(2, 1_000), spilledMessage(3, 2_000), spilledMessage(4));
    await eventually("settled", () => fates.length === 4);
    expect(queue.calls).toEqual([[1], [2], [3], [4]]);
    expect(fates).toEqual([
      [1, "spilled"],
      [2, "spilled"],
      [3, "shed"],
      [4, "spilled"],
    ]);
    expect(log).toMatchObject([{ level: "error", messages: 1, cause: "Unspillable: a frame of 1 MiB" }]);
  });

  it("keeps a small frame without the chunk that it came in, and a whole buffer as it is", async () => {
    const sent: Uint8Array[] = [];
    const queue = scriptedSpillQueue((messages) => {
      sent.push(...messages.map(({ bytes }) => bytes));
      return { ok: true };
    });
    const { spiller, offer } = rig({ queue });
    const { receipt, bytes: whole } = spilledMessage(1);
    const chunk = new Uint8Array(65_536).fill(7);
    offer({ receipt, bytes: chunk.subarray(100, 103) }, { receipt, bytes: whole });
    chunk.fill(0);
    await spiller.drain(NEVER_MS);
    expect(sent[0]).toEqual(Uint8Array.of(7, 7, 7));
    expect(sent[0]?.buffer.byteLength).toBe(3);
    expect(sent[1]).toBe(whole);
  });
});
