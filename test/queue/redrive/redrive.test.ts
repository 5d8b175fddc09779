import {
  type Message,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CreatedQueues } from "../../../lib/queue/create-queue.ts";
import { type RedriveClock, type RedriveOptions, redrive } from "../../../lib/queue/redrive/redrive.ts";
import { type EmbeddedQueues, failAt, startQueues, takeAll, visibleIn } from "../../support/embedded-queues.ts";

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());

const noHurry: RedriveClock = { now: () => 0, pause: async () => {} };

async function rig(name: string, options: Partial<RedriveOptions> = {}) {
  const { spillQueueUrl, deadLetterQueueUrl }: CreatedQueues = await queues.create(name);
  const from = queues.open(deadLetterQueueUrl);
  const to = queues.open(spillQueueUrl);
  const stopping = new AbortController();
  const given = { from, to, dryRun: false, signal: stopping.signal, clock: noHurry, waitSeconds: 0, ...options };
  return {
    ...{ from, to, stopping },
    /** Dead letters with these bodies. */
    async fill(bodies: readonly string[], attributes: Readonly<Record<string, string>> = {}) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([key, StringValue]) => [key, { DataType: "String", StringValue }]),
      );
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody, MessageAttributes }));
      for (let first = 0; first < Entries.length; first += 10) {
        const command = { QueueUrl: from.url, Entries: Entries.slice(first, first + 10) };
        await from.client.send(new SendMessageBatchCommand(command));
      }
    },
    run: (more: Partial<RedriveOptions> = {}) => redrive({ ...given, ...more }),
    /** Bodies that the target has now, sorted; they are taken out. */
    arrived: async () => (await takeAll(to)).map(({ Body }) => Body).sort(),
  };
}

function sentAgain({ Body: MessageBody, MessageAttributes = {} }: Message) {
  return { MessageBody, MessageAttributes };
}

function bodies(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `[${1_000 + index}]`);
}

const nothingOdd = { left: new Map(), undeleted: 0, undated: 0 };

describe("redrive", () => {
  it("moves everything, with bodies and attributes as they were and the time of the first receipt", async () => {
    const { run, fill, from, to } = await rig("everything");
    const before = Date.now();
    await fill(bodies(23), { "webhook-id": "key-1:a" });
    const taken: number[] = [];
    expect(await run({ onProgress: (count) => taken.push(count) })).toEqual({
      ...nothingOdd,
      reasons: new Map([["unknown", 23]]),
      moved: 23,
      end: "empty",
    });
    expect(taken).toEqual([10, 20, 23]);
    expect(await visibleIn(from)).toBe(0);
    const arrived = await takeAll(to);
    expect(arrived.map(({ Body }) => Body).sort()).toEqual(bodies(23));
    for (const { MessageAttributes = {} } of arrived) {
      const { "countersign-received-at": receivedAt, ...others } = MessageAttributes;
      expect(others).toEqual({ "webhook-id": { DataType: "String", StringValue: "key-1:a" } });
      expect(Number(receivedAt?.StringValue)).toBeGreaterThanOrEqual(before);
      expect(Number(receivedAt?.StringValue)).toBeLessThanOrEqual(Date.now());
    }
    expect(await run()).toEqual({ ...nothingOdd, reasons: new Map(), moved: 0, end: "empty" });
  });

  it("loses nothing when it fails between sending and deleting, and the next run only repeats", async () => {
    const { run, fill, from, arrived } = await rig("interrupted");
    await fill(bodies(15));
    let deletes = 0;
    failAt(from, (command) => command === "DeleteMessageBatchCommand" && ++deletes === 1);
    const reasons = new Map([["unknown", 15]]);
    expect(await run()).toEqual({ ...nothingOdd, reasons, moved: 15, undeleted: 10, end: "empty" });
    expect(await visibleIn(from)).toBe(10);
    expect(await run()).toMatchObject({ moved: 10, undeleted: 0, end: "empty" });
    expect(await visibleIn(from)).toBe(0);
    const all = await arrived();
    expect([all.length, [...new Set(all)]]).toEqual([25, bodies(15)]);
  });

  it("leaves what can't be sent, visible at once, and gives up when no call succeeds", async () => {
    const { run, fill, from, to, arrived } = await rig("refused");
    await fill(bodies(50));
    let isDown = true;
    failAt(to, (command) => isDown && command === "SendMessageBatchCommand");
    expect(await run()).toEqual({
      ...nothingOdd,
      reasons: new Map([["unknown", 30]]),
      moved: 0,
      left: new Map([["the send was refused: ServiceFault", 30]]),
      end: "broken",
      cause: expect.objectContaining({ message: expect.stringContaining("3 calls in a row failed") }),
    });
    expect(await visibleIn(from)).toBe(50);
    isDown = false;
    expect(await run()).toMatchObject({ moved: 50, end: "empty" });
    expect(await arrived()).toEqual(bodies(50));
  });

  it("leaves only those that are too large for the queue, and divides what is too large for one call", async () => {
    const { run, fill, from, to, arrived } = await rig("too-large");
    const large = "x".repeat(100_000);
    await fill([...Array(8).fill(large), "y".repeat(150_000)]);
    const Attributes = { MaximumMessageSize: "120000" };
    await to.client.send(new SetQueueAttributesCommand({ QueueUrl: to.url, Attributes }));
    expect(await run()).toMatchObject({
      moved: 8,
      left: new Map([["too large for the queue of --to", 1]]),
      end: "empty",
    });
    expect(await visibleIn(from)).toBe(1);
    expect(await arrived()).toEqual(Array(8).fill(large));
  });

  it("changes nothing in a dry run, and counts each message once", async () => {
    const { run, fill, from, to } = await rig("dry");
    await fill(bodies(12));
    const looked = { ...nothingOdd, reasons: new Map([["unknown", 12]]), moved: 12, end: "empty" };
    expect([await run({ dryRun: true }), await run({ dryRun: true })]).toEqual([looked, looked]);
    expect([await visibleIn(from), await visibleIn(to)]).toEqual([12, 0]);
    expect((await takeAll(from)).map(({ Body }) => Body).sort()).toEqual(bodies(12));
  });

  it("moves nothing a second time where it is to do so once: what came back is left for a person", async () => {
    const { run, fill, from, to } = await rig("once");
    await fill(bodies(3));
    expect(await run({ once: true })).toMatchObject({ ...nothingOdd, moved: 3, end: "empty" });
    // They fail again, as SQS says it: with all that they have.
    for (const { MessageBody, MessageAttributes } of (await takeAll(to)).map(sentAgain)) {
      await from.client.send(new SendMessageCommand({ QueueUrl: from.url, MessageBody, MessageAttributes }));
    }
    await fill(["[]"]);
    const left = new Map([["was moved before, and failed again", 3]]);
    expect(await run({ once: true })).toMatchObject({ ...nothingOdd, left, moved: 1, end: "empty" });
    expect(await run({ once: true })).toMatchObject({ ...nothingOdd, left, moved: 0, end: "empty" });
    expect(await visibleIn(from)).toBe(3);
    expect(await run()).toMatchObject({ ...nothingOdd, moved: 3, end: "empty" });
  });

  it("does not move by itself what could not be told from what was never moved", async () => {
    const { run, fill, from } = await rig("markless");
    await fill(["[]"], Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`name-${index}`, "value"])));
    const left = new Map([["has no room for what shows that it was moved", 1]]);
    expect(await run({ once: true })).toMatchObject({ ...nothingOdd, left, moved: 0, end: "empty" });
    expect(await visibleIn(from)).toBe(1);
    expect(await run()).toMatchObject({ moved: 1, undated: 1 });
  });

  it("moves no more than it may", async () => {
    const { run, fill, from, arrived } = await rig("max");
    await fill(bodies(20));
    expect(await run({ max: 13 })).toMatchObject({ moved: 13, end: "max" });
    expect([await visibleIn(from), (await arrived()).length]).toEqual([7, 13]);
  });

  it("is never ahead of its rate", async () => {
    const { run, fill } = await rig("rate");
    await fill(bodies(11));
    let time = 0;
    const clock: RedriveClock = {
      now: () => time,
      pause: async (milliseconds) => {
        time += milliseconds;
      },
    };
    const steps: [number, number][] = [];
    await run({ rate: 4, clock, onProgress: (count) => steps.push([time, count]) });
    expect(steps).toEqual([
      [0, 4],
      [1_000, 8],
      [2_000, 11],
    ]);
  });

  it("ends after the messages in hand when it is stopped, also in a pause", async () => {
    const { run, fill, from, arrived, stopping } = await rig("stopped");
    await fill(bodies(5));
    const pause = async (_milliseconds: number, signal: AbortSignal) => {
      stopping.abort();
      expect(signal.aborted).toBe(true);
    };
    expect(await run({ rate: 2, clock: { now: () => 0, pause } })).toMatchObject({ moved: 2, end: "stopped" });
    expect([await visibleIn(from), (await arrived()).length]).toEqual([3, 2]);
    expect(await run()).toMatchObject({ moved: 0, end: "stopped" });
  });

  it("sums up what was done when the dead-letter queue can't be read any more, and throws when it never could", async () => {
    const { run, fill, from } = await rig("unreadable");
    await fill(bodies(12));
    let reads = 0;
    failAt(from, (command) => command === "ReceiveMessageCommand" && ++reads > 1);
    expect(await run()).toMatchObject({ moved: 10, end: "broken", cause: { message: "at random" } });
    await expect(run()).rejects.toThrow("at random");
  });

  it("counts apart the reasons beyond the first twenty, since outsiders choose the words", async () => {
    const { run, fill } = await rig("reasons");
    for (let code = 0; code < 22; code++) await fill(["[]"], { ErrorCode: String(code) });
    const { reasons } = await run({ dryRun: true });
    expect([reasons.size, reasons.get("SNS could not deliver: 0"), reasons.get("others")]).toEqual([21, 1, 2]);
  });
});
