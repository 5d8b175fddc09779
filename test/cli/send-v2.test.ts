import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedServices, startEmbeddedServices } from "../../lib/cli/local/embedded-services.ts";
import { main } from "../../lib/cli/main.ts";
import { createKeyring } from "../../lib/keys/keyring.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { isValueMap, type Value } from "../../lib/sample/value.ts";
import { openEnvelope } from "../../lib/signature/v2/open-envelope.ts";
import { verifyAttributes } from "../../lib/signature/v2/webhook-attributes.ts";
import { splitFrames } from "../../lib/wire/frame.ts";
import { datagramLimits, messageLimits } from "../../lib/wire/limits.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import { captureIo } from "../support/captured-io.ts";
import { eventually } from "../support/eventually.ts";
import { accepted, decodedMap, fixture, fixturePath } from "../support/fixtures.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { receipt, v2Key, v2SecretText } from "../support/v2-keys.ts";

const keyring = createKeyring([v2Key("pub-7")]);
const SECRET = v2SecretText("7".charCodeAt(0));
const v2 = ["--sign", "v2", "--key-id", "pub-7", "--secret", SECRET];

let folder: TemporaryFolder;
let services: EmbeddedServices;
beforeAll(async () => {
  folder = await temporaryFolder();
  services = await startEmbeddedServices(folder.path);
});
afterAll(async () => {
  await services.stop();
  await folder.remove();
});

async function send(...args: readonly string[]) {
  const io = captureIo();
  const code = await main(["send", ...args], io);
  return { code, lines: io.lines, errors: io.errors };
}

/** The datagrams that a call of `send` gives, with so many samples in all. */
async function datagramsOf(samples: number, ...args: readonly string[]): Promise<readonly Buffer[]> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const received: Buffer[] = [];
  socket.on("message", (datagram) => received.push(datagram));
  try {
    const sent = await send("--to", `udp://127.0.0.1:${socket.address().port}`, ...args);
    expect(sent).toMatchObject({ code: 0, errors: [] });
    await eventually("all datagrams", () => received.flatMap((datagram) => opened(datagram)).length >= samples);
    return received;
  } finally {
    socket.close();
  }
}

function opened(envelope: Buffer, limits = datagramLimits): readonly Value[] {
  const now = receipt({ receivedAt: Date.now() });
  const result = openEnvelope(envelope, { keyring, receipt: now, timeWindow: true, limits });
  if (!result.ok) throw new Error(result.detail);
  return result.value.messages.map(accepted);
}

function names(messages: readonly Value[]): ReadonlySet<string> {
  return new Set(messages.flatMap((message) => (isValueMap(message) ? [...message.keys()] : ["not a map"])));
}

/** A captured message as it is before it is signed. */
function unsigned(message: Value): Value {
  if (!isValueMap(message)) throw new Error("not a map");
  return new Map([...message].filter(([name]) => name !== "message_signature"));
}

describe("send --sign v2", () => {
  it("puts as many samples into a datagram as 1,400 bytes hold, more of them deflated", async () => {
    const plain = await datagramsOf(50, "--generate", "--count", "50", ...v2);
    const deflated = await datagramsOf(50, "--generate", "--count", "50", "--deflate", ...v2);
    for (const datagrams of [plain, deflated]) {
      expect(Math.max(...datagrams.map(({ length }) => length))).toBeLessThanOrEqual(1_400);
      const messages = datagrams.flatMap((datagram) => opened(datagram));
      expect(messages.length).toBe(50);
      expect(names(messages)).not.toContain("message_signature");
      expect(new Set(messages.map((message) => isValueMap(message) && message.get("message_id"))).size).toBe(50);
    }
    expect(deflated.length).toBeLessThan(plain.length / 2);
  });

  it("puts no more into one than it is told", async () => {
    const datagrams = await datagramsOf(10, "--generate", "--count", "10", "--per-datagram", "3", "--deflate", ...v2);
    expect(datagrams.map((datagram) => opened(datagram).length)).toEqual([3, 3, 3, 1]);
  });

  it("counts and paces samples, not datagrams", async () => {
    const io = captureIo();
    const start = performance.now();
    const args = ["--generate", "--count", "4", "--rate", "20", "--per-datagram", "2", ...v2];
    expect(await main(["send", "--to", "udp://127.0.0.1:9", ...args], io)).toBe(0);
    expect(io.lines).toEqual([expect.stringMatching(/^sent 4 messages in /)]);
    expect(performance.now() - start).toBeGreaterThan(95);
  });

  it("sends one that is too large for company alone", async () => {
    const large = new Map<string, Value>([["metadata", "x".repeat(3_000)]]);
    const path = join(folder.path, "large");
    await writeFile(path, encodeMsgpack(large));
    const small = fixturePath("datagrams/000.bin");
    const datagrams = await datagramsOf(3, ...v2, small, path, small);
    expect(datagrams.map((datagram) => opened(datagram))).toEqual([
      [unsigned(decodedMap(fixture("datagrams/000.bin")))],
      [large],
      [unsigned(decodedMap(fixture("datagrams/000.bin")))],
    ]);
  });

  it("starts over with the files, and fills no datagram beyond what a collector inflates", async () => {
    const path = fixturePath("datagrams/000.bin");
    const datagrams = await datagramsOf(200, "--count", "200", "--deflate", ...v2, path);
    expect(datagrams.flatMap((datagram) => opened(datagram)).length).toBe(200);
  });

  it("seals captured frames anew, and sends them as frames", async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => void socket.on("data", (bytes) => void received.push(bytes)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const path = fixturePath("tcp/stream_20.0.0.bin");
    const sent = await send("--to", `tcp://127.0.0.1:${address.port}`, "--format", "frames", ...v2, path);
    expect(sent).toMatchObject({ code: 0, errors: [] });
    server.close();
    await once(server, "close");
    const messages = framesOf(Buffer.concat(received)).flatMap((frame) => opened(frame, messageLimits));
    const captured = framesOf(fixture("tcp/stream_20.0.0.bin")).map((frame) => unsigned(decodedMap(frame)));
    expect([captured.length, messages]).toEqual([40, captured]);
  });

  it("signs a queue's messages by their attributes: JSON, and base64 of what JSON can't carry", async () => {
    const bytes = new Map<string, Value>([
      ["counter_name", "cpu"],
      ["resource_metadata", new Map<string, Value>([["raw", Uint8Array.of(1, 2)]])],
    ]);
    const path = join(folder.path, "bytes");
    await writeFile(path, encodeMsgpack(bytes));
    const args = ["--to", services.queueUrl, ...v2, "--per-datagram", "2"];
    const captured = ["000", "001", "002"].map((name) => fixturePath(`datagrams/${name}.bin`));
    expect(await send(...args, ...captured, path)).toMatchObject({ code: 0, errors: [] });
    const received = await queued(2);
    expect(received.map(({ body }) => body.slice(0, 1)).filter((first) => first === "[")).toHaveLength(1);
    const sent: readonly unknown[] = [
      ["000", "001"].map((name) => unsigned(decodedMap(fixture(`datagrams/${name}.bin`)))),
      [unsigned(decodedMap(fixture("datagrams/002.bin"))), bytes],
    ];
    expect(received.map(({ messages }) => messages)).toEqual(expect.arrayContaining([...sent]));
  });

  const anywhere = ["--to", "udp://127.0.0.1:9"];
  it.each<[string, readonly string[], string]>([
    ["a v2 secret without it", ["--generate", "--secret", SECRET], "add --sign v2 and --key-id"],
    ["a v2 secret to sign as Ceilometer does", ["--generate", "--sign", "legacy", "--secret", SECRET], "add --sign v2"],
    [
      "another secret with it",
      ["--generate", "--sign", "v2", "--key-id", "a", "--secret", "s3cret"],
      "a v2 secret has to be whsec_ and the base64 of 24 to 64 random bytes; other secrets sign with --sign legacy",
    ],
    ["no secret", ["--generate", "--sign", "v2", "--key-id", "a"], "--sign v2 signs with one secret"],
    ["two secrets", ["--generate", ...v2, "--secret", SECRET], "--sign v2 signs with one secret"],
    ["no key id", ["--generate", "--sign", "v2", "--secret", SECRET], "--key-id is missing"],
    [
      "a key id with a dot",
      ["--generate", "--sign", "v2", "--secret", SECRET, "--key-id", "a.b"],
      "--key-id: expected 1 to 64 of",
    ],
    ["another scheme", ["--generate", "--sign", "v3"], "--sign: choose from legacy, v2"],
    ["none in a datagram", ["--generate", ...v2, "--per-datagram", "0"], "--per-datagram: expected a whole number"],
    ["too many in one", ["--generate", ...v2, "--per-datagram", "10001"], "from 1 to 10000"],
    [
      "its options without it",
      ["--generate", "--secret", "a secret of this test", "--deflate"],
      "go with --sign v2 only",
    ],
    ["files to be signed as Ceilometer does", ["--sign", "legacy", "x"], "leave out --sign"],
    [
      "deflating for a queue",
      ["--generate", "--to", "http://127.0.0.1:9/q", ...v2, "--deflate"],
      "a queue carries text",
    ],
  ])("answers %s with 2 and what to do", async (_, args, problem) => {
    const { code, lines, errors } = await send(...(args.includes("--to") ? [] : anywhere), ...args);
    expect([code, lines, errors.join("\n")]).toEqual([2, [], expect.stringContaining(problem)]);
    expect(errors.join("\n")).not.toContain(SECRET.slice(6));
  });

  it("refuses files that it can't take messages out of", async () => {
    const path = join(folder.path, "garbage");
    await writeFile(path, Buffer.of(0xc1));
    const { code, errors } = await send(...anywhere, ...v2, path);
    expect([code, errors]).toEqual([2, [`countersign: ${path}: msgpack: reserved byte 0xc1 at byte 1`]]);
  });
});

function framesOf(stream: Buffer): readonly Buffer[] {
  return splitFrames(stream).flatMap((frame) => (frame.ok ? [frame.value] : []));
}

async function queued(count: number) {
  const queue = openQueue(services.queueUrl);
  if ("problem" in queue) throw new Error(queue.problem);
  try {
    const { Messages = [] } = await queue.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        MessageAttributeNames: ["All"],
      }),
    );
    expect(Messages.length).toBe(count);
    return Messages.map(({ Body: body = "", MessageAttributes = {} }) => {
      const attributes = Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue = "" }]) => [name, StringValue]),
      );
      const now = receipt({ listener: "queue", address: undefined, receivedAt: Date.now() });
      const verified = verifyAttributes(body, attributes, { keyring, receipt: now, timeWindow: true });
      const decoded = decodeQueueBody(body);
      if (verified?.ok !== true || !decoded.ok) throw new Error("not genuine");
      return { body, messages: decoded.value.messages.map(({ message }) => accepted(message)) };
    });
  } finally {
    queue.client.destroy();
  }
}
