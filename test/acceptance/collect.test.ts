import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { GetQueueAttributesCommand, type QueueAttributeName } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { type EmbeddedServices, startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { main } from "../../lib/cli/main.ts";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import type { Ledger } from "../../lib/ledger/ledger.ts";
import { processMetricNames } from "../../lib/ledger/metrics.ts";
import { createQueues } from "../../lib/queue/create-queue.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { identity } from "../../lib/sample/identity.ts";
import { toMessage } from "../../lib/sample/message.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { splitFrames } from "../../lib/wire/frame.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { type CapturedIo, captureIo } from "../support/captured-io.ts";
import { dialectOf } from "../support/dialect-of.ts";
import { eventually } from "../support/eventually.ts";
import {
  CAPTURE_SECRET,
  captureJudge,
  datagrams,
  envelopeValues,
  fixture,
  ICEHOUSE_SECRET,
  key,
  notificationBodies,
} from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** What a real publisher sent goes in by sockets and the queue, and comes out of each storage as it was signed. */

const bodies = Object.values(notificationBodies());
const frames = splitFrames(fixture("tcp/stream_20.0.0.bin")).flatMap((frame) => (frame.ok ? [frame.value] : []));
const garbage = [Buffer.alloc(0), Buffer.of(7), Buffer.of(0xc0), Buffer.of(0xc1), Buffer.from("81a161a1ff", "hex")];
/** What is looked at takes the processor from what is waited for. */
const LOOK_AGAIN_MS = 20;
const trust = ["--secret", CAPTURE_SECRET, "--secret", ICEHOUSE_SECRET, "--allow-default-secret"];

let services: EmbeddedServices;
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
  services = await startEmbeddedServices(join(folder.path, "services"));
});

afterAll(async () => {
  await services.stop();
  await folder.remove();
});

/** Every genuine record of all captures, each identity once. */
function expected(): ReadonlyMap<string, MeteringRecord> {
  const judge = judging(captureJudge());
  const values = [...datagrams(), ...frames].map(decodedValue).concat(bodies.flatMap(envelopeValues));
  const records = values.map(judge).flatMap((result) => (result.ok ? [result.value] : []));
  return new Map(records.map((record) => [identity(record), record]));
}

function decodedValue(bytes: Uint8Array): Value {
  const decoded = decodeMsgpack(bytes);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value;
}

async function freshQueue(name: string): Promise<string> {
  const service = openQueue(services.queueUrl);
  if ("problem" in service) throw new Error(service.problem);
  try {
    return (await createQueues(service.client, name, 5)).queueUrl;
  } finally {
    service.client.destroy();
  }
}

async function messagesIn(url: string): Promise<number> {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  const AttributeNames: QueueAttributeName[] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
  try {
    const { Attributes = {} } = await queue.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames }),
    );
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  } finally {
    queue.client.destroy();
  }
}

async function send(url: string, messages: readonly Buffer[]): Promise<void> {
  const publisher = await openPublisher(url);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
}

async function readBack(storage: string): Promise<ReadonlyMap<string, MeteringRecord>> {
  const opened = await openStorage(storage, allDrivers, { readOnly: true });
  if (!opened.ok) throw new Error(opened.problem);
  const found = new Map<string, MeteringRecord>();
  let rows = 0;
  for await (const sample of opened.driver.samples({})) found.set(identity(sample), sample) && rows++;
  for await (const event of opened.driver.events({})) found.set(identity(event), event) && rows++;
  await opened.driver.close();
  expect(found.size).toBe(rows);
  return found;
}

async function ready(io: CapturedIo): Promise<{ listening: readonly string[] }> {
  await eventually("the ready line", () => io.lines.length > 0);
  return JSON.parse(io.lines[0] ?? "");
}

const places: Readonly<Record<string, () => string>> = {
  file: () => `file://${folder.path}/samples.jsonl`,
  dynamodb: () => `dynamodb://samples?endpoint=${services.dynamodb}`,
  s3: () => `s3://metering/log?endpoint=${services.s3AndSqs}`,
  "all three": () =>
    `dynamodb://three?endpoint=${services.dynamodb},s3://three/log?endpoint=${services.s3AndSqs},file://${folder.path}/three.jsonl`,
};

describe("collect", () => {
  it.each(Object.entries(places))(
    "stores every capture of UDP, TCP and the queue in %s, exactly, once, and able to be signed again",
    async (name, place) => {
      const io = captureIo();
      const queue = await freshQueue(`to-${name.replaceAll(" ", "-")}`);
      const listen = ["udp://127.0.0.1:0", "udp://[::1]:0", "tcp://127.0.0.1:0"].flatMap((url) => ["--listen", url]);
      const running = main(["collect", ...listen, "--queue", queue, "--storage", place(), ...trust], io);
      const { listening } = await ready(io);
      const [udp4 = "", udp6 = "", tcp = ""] = listening;

      await send(udp4, [...garbage, ...datagrams().slice(0, 60), ...garbage]);
      await send(udp6, datagrams().slice(60));
      await send(tcp, frames);
      // A second delivery of everything must change nothing.
      await send(tcp, [...datagrams(), ...frames]);
      await send(
        queue,
        bodies.map((body) => Buffer.from(body)),
      );
      await send(queue, [...bodies.map((body) => Buffer.from(body)), Buffer.from("poison")]);

      const wanted = expected();
      const [first = ""] = place().split(",");
      const deadline = performance.now() + 20_000;
      while ((await messagesIn(queue)) > 0 && performance.now() < deadline) await pause(LOOK_AGAIN_MS);
      while ((await readBack(first)).size < wanted.size && performance.now() < deadline) await pause(LOOK_AGAIN_MS);
      io.stop();
      expect(await running).toBe(0);

      for (const storage of place().split(",")) {
        const found = await readBack(storage);
        expect(found).toEqual(wanted);
        for (const record of found.values()) {
          const again = [CAPTURE_SECRET, ICEHOUSE_SECRET].map((secret) =>
            sign(toMessage(record), key(secret), dialectOf(record)),
          );
          expect(again).toContain(record.message_signature);
        }
      }
      const final = JSON.parse(io.lines.at(-1) ?? "");
      const beside = { bytes: expect.any(Number), errors: 0 };
      const connections = { open: 0, accepted: 2, framingErrors: 0, timeouts: 0, overBuffered: 0, bufferedBytes: 0 };
      expect(final.listeners).toEqual({ [udp4]: beside, [udp6]: beside, [tcp]: { ...beside, connections } });
      expect(Object.keys(final)).toEqual(["ready", "listeners", "queue", "ledgers", "process"]);
      expect(Object.keys(final.process).sort()).toEqual([...processMetricNames].sort());
      for (const ledger of Object.values<Ledger>(final.ledgers)) expect(imbalance(ledger)).toEqual(balanced);
      expect(final.ledgers).toMatchObject({
        udp: {
          figures: {
            MessagesReceived: 130,
            MessagesRecorded: 120,
            MessagesFailed: 0,
            MessagesShed: 0,
            SamplesRejected: 10,
            RecordsInFlight: 0,
            Imbalance: 0,
          },
          rejected: { undecodable: 6, "not-a-sample": 4 },
        },
        tcp: { figures: { MessagesReceived: 200, MessagesRecorded: 200, RecordsInFlight: 0 } },
        queue: { figures: { MessagesReceived: 2 * bodies.length + 1, SamplesFailed: 0 }, rejected: { undecodable: 1 } },
      });
      // Both listeners get the same captures: whichever comes second may find a sample recorded already.
      const ended = ({ figures }: Ledger) => (figures.SamplesRecorded ?? 0) + (figures.SamplesDuplicate ?? 0);
      expect([ended(final.ledgers.udp), ended(final.ledgers.tcp)]).toEqual([120, 200]);
      if (process.platform === "linux") expect(final.ledgers.udp.figures.KernelDrops).toBe(0);
      const count = 2 * bodies.length + 1;
      const figures = { received: count, deleted: count, failed: 0, undeleted: 0 };
      expect(final.queue).toEqual({ ...figures, secondsSincePoll: expect.any(Number) });
    },
    60_000,
  );

  it("says which address is taken, and keeps no other open", async () => {
    const first = captureIo();
    const running = main(["collect", "--listen", "udp://127.0.0.1:0", "--storage", "memory:", ...trust], first);
    const [taken = ""] = (await ready(first)).listening;
    const second = captureIo();
    const code = await main(
      ["collect", "--listen", "tcp://127.0.0.1:0", "--listen", taken, "--storage", "memory:", ...trust],
      second,
    );
    expect([code, second.lines]).toEqual([1, []]);
    expect(second.errors.join("\n")).toContain(`cannot listen on ${taken}: another process has the port`);
    first.stop();
    expect(await running).toBe(0);
  });

  it("takes what send generates, and lists it again", async () => {
    const storage = `file://${folder.path}/generated.jsonl`;
    const io = captureIo();
    const running = main(["collect", "--listen", "tcp://127.0.0.1:0", "--storage", storage, "--secret", "s3cret"], io);
    const [tcp = ""] = (await ready(io)).listening;
    const sender = captureIo();
    expect(await main(["send", "--to", tcp, "--generate", "--count", "250", "--secret", "s3cret"], sender)).toBe(0);
    expect(sender.lines).toEqual([expect.stringMatching(/^sent 250 messages in [0-9.]+ s$/)]);
    io.stop();
    expect(await running).toBe(0);
    expect(JSON.parse(io.lines.at(-1) ?? "").ledgers.tcp.figures).toMatchObject({
      MessagesReceived: 250,
      MessagesRecorded: 250,
    });

    const read = async (...args: readonly string[]) => {
      const reader = captureIo();
      expect(await main([...args, "--storage", storage], reader)).toBe(0);
      return reader.lines;
    };
    const meters = await read("meters");
    expect(meters.map((line) => line.split(/ +/).slice(0, 5))).toEqual([
      ["METER", "TYPE", "UNIT", "SAMPLES", "RESOURCES"],
      ["cpu", "cumulative", "ns", "50", "20"],
      ["disk.device.read.bytes", "cumulative", "B", "50", "20"],
      ["memory.usage", "gauge", "MB", "50", "20"],
      ["network.incoming.bytes", "cumulative", "B", "50", "20"],
      ["network.outgoing.bytes.delta", "delta", "B", "50", "20"],
    ]);
    expect((await read("meters", "--json", "--meter", "cpu")).map((line) => JSON.parse(line).samples)).toEqual([50]);
    expect(await read("resources")).toHaveLength(21);
    const [resource] = await read("resources", "--json");
    expect(JSON.parse(resource ?? "")).toMatchObject({ metadata: { status: "active" }, source: "openstack" });
    expect(await read("samples")).toHaveLength(101);
    const rows = (await read("samples", "--json", "--limit", "3", "--meter", "memory.usage")).map((line) =>
      JSON.parse(line),
    );
    expect(rows.map((row) => row.counter_name)).toEqual([...Array(3).fill("memory.usage"), undefined]);
    expect(rows.at(-1)).toEqual({ next: expect.any(String) });
    expect(await read("samples", "--json", "--to", "2000-01-01")).toEqual([]);
    expect(await read("events")).toEqual(["TIME  TYPE  TRAITS  MESSAGE ID"]);
  });
});
