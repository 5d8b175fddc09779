import { afterAll, beforeAll, expect, it } from "vitest";
import { createDispatcher } from "../../lib/dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { createPoller } from "../../lib/queue/poller.ts";
import { createQueueHandler } from "../../lib/queue/queue-handler.ts";
import { redrive } from "../../lib/queue/redrive/redrive.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import { toMessage } from "../../lib/sample/message.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { samplesIn } from "../dispatch/gated-driver.ts";
import { aDatagram } from "../listener/genuine.ts";
import { type EmbeddedQueues, failAt, startQueues } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";
import { aSample, SECRET } from "../support/sample-builder.ts";

const EACH = 5;
const logger = createLogger(() => {});

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());

it("stores each dead letter once after an interrupted redrive and its repetition, though its key was retired since", async () => {
  const { spillQueueUrl, deadLetterQueueUrl } = await queues.create("totals");
  const [from, to] = [queues.open(deadLetterQueueUrl), queues.open(spillQueueUrl)];
  const given = openSpillQueue(deadLetterQueueUrl);
  if (!given.ok) throw new Error(given.problem);
  const receipt = { listener: "udp", address: "10.0.0.1", receivedAt: Date.now() } as const;
  await given.queue.send(Array.from({ length: EACH }, () => ({ bytes: aDatagram(), receipt })));
  await given.queue.close();
  for (let count = 0; count < EACH; count++) await sendMessage(from, toExactJson([toMessage(aSample())]));
  const retiredAt = Date.now() + 1;
  await eventually("the key is retired", () => Date.now() > retiredAt);

  let deletes = 0;
  failAt(from, (command) => command === "DeleteMessageBatchCommand" && ++deletes === 1);
  const clock = { now: () => 0, pause: async () => {} };
  const options = { from, to, dryRun: false, clock, waitSeconds: 0, signal: new AbortController().signal };
  expect([await redrive(options), await redrive(options)]).toMatchObject([
    { moved: EACH + 1, undeleted: EACH + 1 },
    { moved: EACH + 1, undeleted: 0 },
  ]);

  const storage = openMemory();
  const keys = fixedKeys([{ id: "old", scheme: "legacy", secret: SECRET, retiredAt }]);
  const judge = createJudge({ keys, dialects: ["py3"], extraFields: [], timeWindow: false });
  // Remembers nothing: what comes twice is written twice.
  const dispatcher = createDispatcher(storage, createRecentlyRecorded({ capacity: 0 }));
  const kinds: string[] = [];
  const handler = createQueueHandler({
    ...{ judge, keys, dispatcher, logger, spillQueue: spillQueueUrl },
    count: (_received, outcomes) => kinds.push(...outcomes.map(({ kind }) => kind)),
  });
  const poller = createPoller(to, handler, logger);
  poller.start();
  await eventually("all handled", () => poller.counters().deleted === 2 * (EACH + 1));
  await poller.stop();
  expect(kinds).toEqual(Array(2 * 2 * EACH).fill("recorded"));
  expect(await samplesIn(storage)).toHaveLength(2 * EACH);
});
