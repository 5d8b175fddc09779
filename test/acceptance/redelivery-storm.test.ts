import { afterAll, beforeAll, expect, it } from "vitest";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import { createDispatcher } from "../../lib/dispatch/dispatcher.ts";
import { createRecentlyRecorded } from "../../lib/dispatch/recently-recorded.ts";
import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { createQueueLedger } from "../../lib/ledger/queue-ledger.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { createSocketCollector } from "../../lib/listener/socket-collector.ts";
import { createLogger } from "../../lib/log/logger.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { createPoller } from "../../lib/queue/poller.ts";
import type { Queue } from "../../lib/queue/queue-client.ts";
import { createQueueHandler, type QueueHandler } from "../../lib/queue/queue-handler.ts";
import { redrive } from "../../lib/queue/redrive/redrive.ts";
import { sendMessage } from "../../lib/queue/send-message.ts";
import type { MessageAttributes } from "../../lib/sample/arrived.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../lib/signature/v2/sign-attributes.ts";
import type { Conflict } from "../../lib/storage/driver.ts";
import { openDynamoDb } from "../../lib/storage/dynamodb/dynamodb.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { samplesIn } from "../dispatch/gated-driver.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { type Call, watchCalls } from "../support/dynamodb-faults.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { type EmbeddedQueues, startQueues } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";
import { key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainSample } from "../support/messages.ts";
import { v2Key } from "../support/v2-keys.ts";

const SAMPLES = 20;
/** Of every way by a socket. */
const ROUNDS = 25;

const [old, rotated] = [legacyKey("old", key("before the rotation")), legacyKey("new", key("after the rotation"))];
const [one, other] = [v2Key("pub-1"), v2Key("pub-2")];
const keys = fixedKeys([old, rotated, one, other]);
const judge = createJudge({ keys, dialects, extraFields: [] });
const logger = createLogger(() => {});

let database: DynamoDbServer;
let queues: EmbeddedQueues;
beforeAll(async () => {
  [database, queues] = await Promise.all([startDynamoDb(), startQueues()]);
});
afterAll(() => Promise.all([database.close(), queues.stop()]));

const plain = Array.from(
  { length: SAMPLES },
  (_, number): ValueMap => new Map(Object.entries({ ...plainSample, message_id: `m-${number}` })),
);

function signed(message: ValueMap, by = old, dialect: (typeof dialects)[number] = "py3"): ValueMap {
  return new Map<string, Value>(message).set("message_signature", sign(message, by.secret, dialect) ?? "");
}

function sealed(message: ValueMap, by = one, round = 0): Buffer {
  return sealEnvelope([message], {
    keyId: by.id,
    secret: by.secret,
    sentAt: Date.now() + round,
    deflate: round % 2 > 0,
  });
}

/** Every way in which a socket gets one sample; with each round envelopes are sealed anew. */
function socketWays(message: ValueMap, round: number): readonly (readonly ["udp" | "tcp", Buffer])[] {
  const byTcp = new Map(message).set("publisher_id", "host-1");
  return [
    ["udp", encodeMsgpack(signed(message))],
    ["udp", encodeMsgpack(signed(message, rotated))],
    ["udp", encodeMsgpack(signed(message, old, "kilo"))],
    ["udp", sealed(message, one, round)],
    ["udp", sealed(message, other, round)],
    ["tcp", encodeMsgpack(signed(byTcp))],
    ["tcp", sealed(byTcp, one, round)],
  ];
}

/** Bodies of queue messages, with attributes or without. */
function queueWays(message: ValueMap, round: number): readonly (readonly [string, MessageAttributes?])[] {
  const body = toExactJson([message]);
  const attributes = { keyId: one.id, secret: one.secret, id: `r-${round}`, sentAt: Date.now() };
  return [
    [toExactJson([signed(message)])],
    [encodeMsgpack(signed(new Map([...message].reverse()), rotated)).toString("base64")],
    [body, signAttributes(body, attributes)],
  ];
}

/** As a task has it: sockets that store through a client of their own. Sends rounds of everything, waiting for each to be received. */
async function stormOnSockets(table: string) {
  const client = database.client();
  const calls = watchCalls(client);
  const addresses = (["udp", "tcp"] as const).map((protocol) => ({ protocol, host: "127.0.0.1", port: 0 }));
  const collector = createSocketCollector({ addresses, judge, logger, storage: openDynamoDb({ client, table }) });
  const [udp, tcp] = await Promise.all((await collector.start()).map(openPublisher));
  if (udp === undefined || tcp === undefined || "problem" in udp || "problem" in tcp) throw new Error("no publisher");
  const received = () =>
    Object.values(collector.counters()).reduce((sum, counters) => sum + counters.figures.MessagesReceived, 0);
  let sent = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [protocol, bytes] of plain.flatMap((message) => socketWays(message, round))) {
      await (protocol === "udp" ? udp : tcp).send(bytes);
      sent++;
    }
    // Loopback loses what nobody reads.
    await eventually("the round is received", () => received() === sent);
  }
  await Promise.all([udp.close(), tcp.close()]);
  await collector.stop();
  return { units: unitsIn(calls, table), ledgers: listenerLedgers(collector.counters()) };
}

/** As a function has it: one batch after another, from the queue and then, redriven twice, from the dead letters. */
async function stormOnQueues(table: string) {
  const client = database.client();
  const calls = watchCalls(client);
  const { queueUrl, spillQueueUrl, deadLetterQueueUrl } = await queues.create("storm");
  const [queue, spill, dead] = [queues.open(queueUrl), queues.open(spillQueueUrl), queues.open(deadLetterQueueUrl)];
  const ledger = createQueueLedger();
  const dispatcher = createDispatcher(openDynamoDb({ client, table }), createRecentlyRecorded());
  const handler = createQueueHandler({ judge, keys, dispatcher, logger, spillQueue: spill.url, count: ledger.count });
  for (const [body, attributes] of plain.flatMap((message) => [...queueWays(message, 0), ...queueWays(message, 1)])) {
    await sendMessage(queue, body, attributes);
  }
  await handled(queue, handler, SAMPLES * 2 * 3);
  for (let again = 0; again < 2; again++) await handled(spill, handler, await redriven(dead, spill));
  return { units: unitsIn(calls, table), ledgers: { queue: ledger.snapshot() } };
}

async function handled(queue: Queue, handler: QueueHandler, messages: number): Promise<void> {
  const poller = createPoller(queue, handler, logger);
  poller.start();
  await eventually("the queue is empty", () => poller.counters().deleted === messages, 20_000);
  await poller.stop();
}

/** Dead letters of either kind: spilled datagrams, and a message of the queue. @returns how many messages they are */
async function redriven(dead: Queue, to: Queue): Promise<number> {
  const letters = openSpillQueue(dead.url);
  if (!letters.ok) throw new Error(letters.problem);
  const receipt = { listener: "udp", address: "10.0.0.1", receivedAt: Date.now() } as const;
  await letters.queue.send(plain.map((message) => ({ bytes: encodeMsgpack(signed(message)), receipt })));
  await letters.queue.close();
  await sendMessage(dead, toExactJson(plain.map((message) => signed(message, rotated))));
  const clock = { now: () => 0, pause: async () => {} };
  const options = { from: dead, to, dryRun: false, clock, waitSeconds: 0, signal: new AbortController().signal };
  return (await redrive(options)).moved;
}

function unitsIn(calls: readonly Call[], table: string): number {
  return calls.reduce((sum, { writeUnits }) => sum + (writeUnits[table] ?? 0), 0);
}

it("thousands of redeliveries, by every way, are one row and one write unit a sample and process, and no conflict", async () => {
  const table = await database.freshTable();
  const [sockets, queued] = await Promise.all([stormOnSockets(table), stormOnQueues(table)]);
  // As many as if each sample had come once to either process.
  expect([sockets.units, queued.units]).toEqual([SAMPLES, SAMPLES]);
  const ledgers = Object.values({ ...sockets.ledgers, ...queued.ledgers });
  for (const ledger of ledgers) {
    expect(imbalance(ledger)).toEqual(balanced);
    expect(ledger.figures).toMatchObject({ SamplesConflicting: 0, SamplesFailed: 0, SamplesRejected: 0 });
  }
  const decoded = ledgers.reduce((sum, { figures }) => sum + (figures.SamplesDecoded ?? 0), 0);
  expect(decoded).toBe(SAMPLES * (7 * ROUNDS + 2 * 3 + 2 * 2));

  const storage = openDynamoDb({ client: database.client(), table });
  const conflicts: Conflict[] = [];
  for await (const conflict of storage.conflicts({})) conflicts.push(conflict);
  expect([(await samplesIn(storage)).length, conflicts]).toEqual([SAMPLES, []]);
}, 60_000);
