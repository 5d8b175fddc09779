import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { GetQueueAttributesCommand, type QueueAttributeName } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { type EmbeddedServices, startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { main } from "../../lib/cli/main.ts";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import type { Ledger } from "../../lib/ledger/ledger.ts";
import { createQueues } from "../../lib/queue/create-queue.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../lib/signature/v2/sign-attributes.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { captureIo } from "../support/captured-io.ts";
import { eventually } from "../support/eventually.ts";
import { key } from "../support/fixtures.ts";
import { plainSample } from "../support/messages.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { v2Key, v2SecretText } from "../support/v2-keys.ts";

/** Whoever holds a key limited to host-1 rewrites a sample of host-2, by UDP and the queue, with either signature. */

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

const secrets = { "host-1": randomBytes(16).toString("hex"), "host-2": randomBytes(16).toString("hex") };
type Host = keyof typeof secrets;
const v2Id = (host: Host) => `${host}-v2-${host.at(-1)}`;

/** The keys of both publishers, each accepted for its own samples alone. */
const keySet = Object.fromEntries(
  (["host-1", "host-2"] as const).flatMap((host) => [
    [host, { secret: secrets[host], publishers: [host] }],
    [v2Id(host), { secret: v2SecretText(v2Id(host).charCodeAt(v2Id(host).length - 1)), publishers: [host] }],
  ]),
);

type Send = (message: ValueMap, by: Host) => Promise<void>;

function signed(message: ValueMap, host: Host): ValueMap {
  return new Map<string, Value>(message).set("message_signature", sign(message, key(secrets[host]), "py3") ?? "");
}

async function sending(udp: string, queue: string) {
  const [socket, sqs] = [await openPublisher(udp), await openPublisher(queue)];
  if ("problem" in socket || "problem" in sqs) throw new Error("no publisher");
  const ways: Readonly<Record<string, Send>> = {
    "by UDP, signed as Ceilometer does": (message, by) => socket.send(encodeMsgpack(signed(message, by))),
    "by UDP, signature v2": (message, by) =>
      socket.send(sealEnvelope([message], { keyId: v2Id(by), secret: v2Key(v2Id(by)).secret, sentAt: Date.now() })),
    "by the queue, signed as Ceilometer does": (message, by) =>
      sqs.send(Buffer.from(toExactJson([signed(message, by)]))),
    "by the queue, signature v2": (message, by) => {
      const [body, keyId] = [toExactJson([message]), v2Id(by)];
      const id = randomBytes(8).toString("hex");
      return sqs.send(
        Buffer.from(body),
        signAttributes(body, { keyId, secret: v2Key(keyId).secret, id, sentAt: Date.now() }),
      );
    },
  };
  return { ways, close: () => Promise.all([socket.close(), sqs.close()]) };
}

const places: Readonly<Record<string, () => string>> = {
  file: () => `file://${folder.path}/conflicts.jsonl`,
  dynamodb: () => `dynamodb://conflicts?endpoint=${services.dynamodb}`,
  s3: () => `s3://conflicts/log?endpoint=${services.s3AndSqs}`,
};

it.each(Object.entries(places))(
  "keeps both contents in %s, counts and shows the conflict, bills the greater volume, and is over once a person settles it",
  async (name, place) => {
    const io = captureIo();
    const keys = join(folder.path, `${name}-keys.json`);
    await writeFile(keys, JSON.stringify(keySet), { mode: 0o600 });
    const queue = await freshQueue(`conflicts-${name}`);
    const storage = ["--storage", place()];
    const args = ["--listen", "udp://127.0.0.1:0", "--queue", queue, "--keys", keys, "--legacy-listeners", "queue,udp"];
    const running = main(["collect", ...args, ...storage], io);
    await eventually("the ready line", () => io.lines.length > 0);
    const [udp = ""] = JSON.parse(io.lines[0] ?? "").listening;
    const { ways, close } = await sending(udp, queue);
    const run = async (...command: readonly string[]) => {
      const own = captureIo();
      const code = await main(["conflicts", ...command, ...storage], own);
      return { code, lines: own.lines.map((line) => JSON.parse(line)) };
    };
    const listed = (...more: readonly string[]) => run("ls", "--json", ...more);

    // Every way for the victim's, the next one for the rewrite, and either of them first.
    const names = Object.keys(ways);
    const attacks = names.flatMap((victim, index) =>
      [true, false].map((forgedFirst) => ({ victim, forger: names[(index + 1) % names.length] ?? "", forgedFirst })),
    );
    const waySend = (way: string): Send => ways[way] ?? (() => Promise.reject(new Error(way)));
    const steps = attacks.map(({ victim, forger, forgedFirst }, index) => {
      const id = `m-${index}`;
      const base = new Map<string, Value>(Object.entries({ ...plainSample, message_id: id, counter_type: "delta" }));
      const genuine = new Map(base).set("publisher_id", "host-2").set("counter_volume", 1_000_000_000n);
      const forged = new Map(base).set("publisher_id", "host-1").set("counter_volume", 1n).set("project_id", "thief");
      const both = [() => waySend(victim)(genuine, "host-2"), () => waySend(forger)(forged, "host-1")];
      return forgedFirst ? both.reverse() : both;
    });
    await Promise.all(steps.map(([first]) => first?.()));
    await stored(place(), attacks.length);
    await Promise.all(steps.map(([, second]) => second?.()));
    await stored(place(), 2 * attacks.length);
    const open = await listed();
    expect(open.code).toBe(1);
    const contents = (conflict: { contents: readonly Record<string, unknown>[] }) =>
      conflict.contents.map((one) => [one.standing, one.counter_volume, one.project_id]);
    expect(open.lines.map(contents)).toEqual(
      attacks.map(() => [
        ["counts", 1_000_000_000, plainSample.project_id],
        ["counts", 1, "thief"],
      ]),
    );

    for (const { id, contents } of open.lines) {
      const settled = await run("settle", id, "--content", contents[0].content, "--reason", "host-1 has no such disk");
      expect(settled).toMatchObject({ code: 0, lines: [{ content: contents[0].content }] });
    }
    expect(await listed()).toEqual({ code: 0, lines: [] });
    const settled = (await listed("--settled")).lines;
    expect(settled.map(contents)).toEqual(
      attacks.map(() => [
        ["right", 1_000_000_000, plainSample.project_id],
        ["wrong", 1, "thief"],
      ]),
    );

    // Sent again, however often, nothing of it is new: neither the alarm nor the check comes back.
    for (const send of steps.flat()) await send();
    await emptied(queue);
    await close();
    io.stop();
    expect(await running).toBe(0);
    expect(await listed()).toEqual({ code: 0, lines: [] });
    const { ledgers } = JSON.parse(io.lines.at(-1) ?? "");
    const figures = Object.values<Ledger>(ledgers).map((ledger) => {
      expect(imbalance(ledger)).toEqual(balanced);
      return ledger.figures;
    });
    const total = (figure: "SamplesConflicting" | "SamplesRecorded" | "SamplesDuplicate") =>
      figures.reduce((sum, one) => sum + (one[figure] ?? 0), 0);
    expect([total("SamplesRecorded"), total("SamplesDuplicate")]).toEqual([2 * attacks.length, 2 * attacks.length]);
    expect(total("SamplesConflicting")).toBe(attacks.length);
    const told = io.errors.map((line) => JSON.parse(line)).filter(({ message }) => /two contents/.test(message));
    expect(told).toHaveLength(attacks.length);
    expect(told.map(({ before, now }) => [before, now].sort().join("; "))).toEqual(
      attacks.map(() =>
        expect.stringMatching(
          /^1 ns delta, project thief, user [^,]+, key host-1.*; 1000000000 ns delta, project f5a.*, key host-2/,
        ),
      ),
    );
  },
  60_000,
);

/** Waits until so many contents are read back. */
async function stored(storage: string, contents: number): Promise<void> {
  const opened = await openStorage(storage, allDrivers, { readOnly: true });
  if (!opened.ok) throw new Error(opened.problem);
  const deadline = performance.now() + 10_000;
  for (let found = 0; found < contents; ) {
    if (performance.now() > deadline) throw new Error(`${found} of ${contents} contents are stored`);
    found = 0;
    await pause(5);
    for await (const _ of opened.driver.samples({})) found++;
  }
  await opened.driver.close();
}

async function emptied(url: string): Promise<void> {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  const AttributeNames: QueueAttributeName[] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames });
  const deadline = performance.now() + 10_000;
  for (let left = 1; left > 0; ) {
    if (performance.now() > deadline) throw new Error(`${left} messages are left in the queue`);
    const { Attributes = {} } = await queue.client.send(command);
    left = AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
    if (left > 0) await pause(20);
  }
  queue.client.destroy();
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
