import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callLimits } from "../../lib/aws/client-options.ts";
import type { SpilledMessage, SpillQueue } from "../../lib/dispatch/spill-queue.ts";
import { MESSAGE_OVERHEAD_BYTES } from "../../lib/dispatch/spiller.ts";
import { Unspillable } from "../../lib/dispatch/unspillable.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { decodeSpillBatch, encodeSpillBatch } from "../../lib/queue/spill-batch.ts";
import { type EmbeddedQueues, startQueues, takeAll } from "../support/embedded-queues.ts";

const receipt = { listener: "queue", address: "2001:0db8:1111:2222:3333:4444:5555:6666" } as const;

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());

function message(length: number): SpilledMessage {
  return { bytes: Buffer.alloc(length, 0x81), receipt: { ...receipt, receivedAt: 8_640_000_000_000_000 } };
}

async function withQueue(url: string, work: (queue: SpillQueue) => Promise<void>): Promise<void> {
  const opened = openSpillQueue(url, { ...callLimits.spillQueue, maxAttempts: 1, answerMs: 300 });
  if (!opened.ok) throw new Error(opened.problem);
  await work(opened.queue);
  await opened.queue.close();
}

describe("an open spill queue", () => {
  it("hands messages over with their receipts, in one message", async () => {
    const { spillQueueUrl } = await queues.create("handed-over");
    const messages = [message(1), message(70_000), message(300)];
    await withQueue(spillQueueUrl, async (queue) => expect(await queue.send(messages)).toEqual({ ok: true }));
    const taken = await takeAll(queues.open(spillQueueUrl));
    expect(taken.map(({ Body = "" }) => decodeSpillBatch(Body))).toEqual([{ ok: true, messages, unreadable: [] }]);
  });

  it("takes as much as makes a body of 256 KiB, however it is divided", async () => {
    await withQueue("http://127.0.0.1:1/spill", async ({ maxBytes }) => {
      for (const length of [1, 2, 40, 700, 65_535, maxBytes - MESSAGE_OVERHEAD_BYTES]) {
        const count = Math.floor(maxBytes / (length + MESSAGE_OVERHEAD_BYTES));
        const body = encodeSpillBatch(Array.from({ length: count }, () => message(length)));
        expect(body.length).toBeLessThanOrEqual(262_144);
        expect(decodeSpillBatch(body)).toMatchObject({ ok: true, unreadable: [] });
      }
    });
  });

  it("takes one that is larger as far as the queue does, and says when it never will", async () => {
    const { spillQueueUrl } = await queues.create("large");
    await withQueue(spillQueueUrl, async (queue) => {
      expect(await queue.send([message(780_000)])).toEqual({ ok: true });
      expect(await queue.send([message(800_000)])).toEqual({ ok: false, cause: expect.any(Unspillable) });
      const { client } = queues.open(spillQueueUrl);
      const Attributes = { MaximumMessageSize: "262144" };
      await client.send(new SetQueueAttributesCommand({ QueueUrl: spillQueueUrl, Attributes }));
      expect(await queue.send([message(780_000)])).toEqual({ ok: false, cause: expect.any(Unspillable) });
    });
  });

  it("answers soon that a queue which is gone, or never answers, took nothing", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const started = performance.now();
    for (const url of ["http://127.0.0.1:1/spill", `http://127.0.0.1:${port}/spill`]) {
      await withQueue(url, async (queue) => {
        const answer = await queue.send([message(1)]);
        expect(answer).toEqual({ ok: false, cause: expect.any(Error) });
        expect(!answer.ok && answer.cause instanceof Unspillable).toBe(false);
      });
    }
    expect(performance.now() - started).toBeLessThan(5_000);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it.each([
    "http://elasticmq:9324/000000000000/spill",
    "https://sqs.eu-west-1.example.org/123456789012/spill",
    "https://sqs.eu-west-1.amazonaws.com/spill",
    "http://sqs.eu-west-1.amazonaws.com/123456789012/spill",
  ])("is refused at %s, from where nobody could tell what comes back", (url) => {
    expect(openSpillQueue(url)).toEqual({
      ok: false,
      problem: expect.stringContaining("give the spill queue as https://sqs.REGION.amazonaws.com/ACCOUNT/NAME"),
    });
  });

  it("says what is wrong with a URL", () => {
    expect(openSpillQueue("spill")).toEqual({
      ok: false,
      problem: expect.stringContaining('not a queue URL: "spill"'),
    });
  });
});
