import type { SQSMessageAttribute, SQSMessageAttributes } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import type { Key } from "../../lib/keys/key.ts";
import { createKeyring, fixedKeys, type KeySource } from "../../lib/keys/keyring.ts";
import { parseNetworks } from "../../lib/keys/networks.ts";
import { createQueueLedger } from "../../lib/ledger/queue-ledger.ts";
import { encodeSpillBatch } from "../../lib/queue/spill-batch.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../lib/signature/v2/sign-attributes.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { CAPTURE_SECRET, key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { RECEIVED_AT, receipt, v2Key } from "../support/v2-keys.ts";
import { handlerOn, plenty, queueRecord, sampleBody } from "./handling.ts";

const secret = key(CAPTURE_SECRET);
const spillQueue = "https://sqs.eu-west-1.amazonaws.com/123456789012/spill";
const SPILL_ARN = "arn:aws:sqs:eu-west-1:123456789012:spill";
const HOUR = 3_600_000;

/** A handler that knows these keys, what it counts, and what it puts into quarantine. */
function handling(keys: readonly Key[], source: KeySource = fixedKeys(keys)) {
  const ledger = createQueueLedger();
  const suspects: Suspect[] = [];
  const { handle } = handlerOn(openMemory(), {
    judge: createJudge({ keys: source, dialects, extraFields: [] }),
    keys: source,
    spillQueue,
    count: ledger.count,
    quarantine: {
      async keep(suspect) {
        suspects.push(suspect);
        return { ok: true };
      },
      async close() {},
    },
  });
  const figures = () => {
    const { rejected, figures: all } = ledger.snapshot();
    const reasons = Object.entries(rejected).filter(([, count]) => count > 0);
    return { recorded: all.SamplesRecorded, ...Object.fromEntries(reasons) };
  };
  return { handle, figures, suspects, ledger };
}

function text(stringValue: string): SQSMessageAttribute {
  return { stringValue, dataType: "String" };
}

/** What a queue gives of a message that it got at this time. */
function sent(body: string, at: number, arn?: string, messageAttributes: SQSMessageAttributes = {}) {
  return queueRecord("1", body, {
    ...(arn !== undefined && { eventSourceARN: arn }),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(at),
      SenderId: "",
      ApproximateFirstReceiveTimestamp: String(at + HOUR),
    },
    messageAttributes,
  });
}

function datagram(id: string): Buffer {
  return encodeMsgpack(signedMessage({ ...plainSample, message_id: id }));
}

describe("a queue's message", () => {
  it("is judged as of when the queue got it, not when it is handled", async () => {
    const { handle, figures } = handling([legacyKey("old", secret, { retiredAt: RECEIVED_AT })]);
    await handle({ Records: [sent(sampleBody("a"), RECEIVED_AT - 1)] }, plenty);
    expect(figures()).toEqual({ recorded: 1 });
    await handle({ Records: [sent(sampleBody("b"), RECEIVED_AT)] }, plenty);
    expect(figures()).toEqual({ recorded: 1, "refused-key": 1 });
  });

  it("may carry its signature in its attributes", async () => {
    const pub = v2Key("pub-1");
    const { handle, figures } = handling([pub]);
    const body = toExactJson(new Map(Object.entries(plainSample)));
    const signed = signAttributes(body, { keyId: pub.id, secret: pub.secret, id: "unique", sentAt: RECEIVED_AT });
    const attributes = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, text(value)]));
    await handle({ Records: [sent(body, RECEIVED_AT, undefined, attributes)] }, plenty);
    await handle({ Records: [sent(`${body} `, RECEIVED_AT, undefined, attributes)] }, plenty);
    expect(figures()).toEqual({ recorded: 1, "bad-signature": 1 });
  });

  it("that says itself when it was first received is believed from the spill queue, and from no other", async () => {
    const keys = [legacyKey("old", secret, { retiredAt: RECEIVED_AT })];
    const redriven = { "countersign-received-at": text(String(RECEIVED_AT - HOUR)) };
    const trusted = handling(keys);
    await trusted.handle({ Records: [sent(sampleBody("a"), RECEIVED_AT + HOUR, SPILL_ARN, redriven)] }, plenty);
    expect(trusted.figures()).toEqual({ recorded: 1 });
    for (const arn of [undefined, SPILL_ARN.replace("123456789012", "123456789013"), `${SPILL_ARN}-2`, ""]) {
      const { handle, figures } = handling(keys);
      await handle({ Records: [sent(sampleBody("a"), RECEIVED_AT + HOUR, arn, redriven)] }, plenty);
      expect([arn, figures()]).toEqual([arn, { recorded: 0, "refused-key": 1 }]);
    }
  });
});

describe("a spill batch", () => {
  const batch = encodeSpillBatch([
    { bytes: datagram("a"), receipt: receipt({ receivedAt: RECEIVED_AT - 1, address: "10.0.0.1" }) },
    { bytes: datagram("b"), receipt: receipt({ receivedAt: RECEIVED_AT, address: "10.0.0.1" }) },
    { bytes: datagram("c"), receipt: receipt({ receivedAt: RECEIVED_AT - 1, address: "10.9.0.1", listener: "tcp" }) },
    { bytes: Buffer.of(7), receipt: receipt({ receivedAt: RECEIVED_AT }) },
  ]);
  const site = parseNetworks(["10.0.0.0/16"]);
  if ("problem" in site) throw new Error(site.problem);
  const keys = [legacyKey("site", secret, { retiredAt: RECEIVED_AT, from: site })];

  it("from the spill queue is many messages, each judged as of its own first receipt", async () => {
    const { handle, figures, suspects, ledger } = handling(keys);
    const answer = await handle({ Records: [sent(batch, RECEIVED_AT + HOUR, SPILL_ARN)] }, plenty);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(figures()).toEqual({ recorded: 1, "refused-key": 2, "not-a-sample": 1 });
    expect(ledger.snapshot().figures).toMatchObject({ MessagesReceived: 4, MessagesRecorded: 1, MessagesRejected: 3 });
    expect(
      suspects.map(({ arrived: { form, receipt: first }, rejected }) => [form, first, rejected[0]?.detail]),
    ).toEqual([
      ["bytes", receipt(), "the key site was retired on 2026-09-21T14:13:20.000Z"],
      [
        "bytes",
        receipt({ receivedAt: RECEIVED_AT - 1, address: "10.9.0.1", listener: "tcp" }),
        "the key site is not accepted from 10.9.0.1",
      ],
      ["bytes", receipt(), "expected a map, got a number"],
    ]);
  });

  it("from any other queue is not a message, whatever is in it", async () => {
    const { handle, figures, ledger } = handling([legacyKey("any", secret)]);
    await handle({ Records: [sent(batch, RECEIVED_AT)] }, plenty);
    expect(figures()).toEqual({ recorded: 0, "not-a-sample": 1 });
    expect(ledger.snapshot().figures).toMatchObject({ MessagesReceived: 1, MessagesRejected: 1 });
  });

  it("that can't be read goes to the dead letters whole, and costs its neighbours nothing", async () => {
    const { handle, figures, suspects, ledger } = handling([legacyKey("any", secret)]);
    for (const torn of [batch.slice(0, -3), batch.replace(":1,", ":2,")]) {
      const Records = [sent(torn, RECEIVED_AT, SPILL_ARN), { ...sent(sampleBody("n"), RECEIVED_AT), messageId: "2" }];
      expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    }
    expect([figures(), suspects]).toEqual([{ recorded: 1 }, []]);
    expect(ledger.snapshot().figures).toMatchObject({ MessagesReceived: 4, MessagesFailed: 2, SamplesFailed: 2 });
    expect(imbalance(ledger.snapshot())).toEqual(balanced);
  });

  it("loses nothing for a message in it that can't be read, which is kept for itself", async () => {
    const { handle, figures, suspects } = handling([legacyKey("any", secret)]);
    const { messages } = JSON.parse(batch);
    const bad = { ...messages[1], address: "" };
    const body = JSON.stringify({ "countersign-spill": 1, messages: [messages[0], bad, messages[2]] });
    expect(await handle({ Records: [sent(body, RECEIVED_AT, SPILL_ARN)] }, plenty)).toEqual({ batchItemFailures: [] });
    expect(figures()).toEqual({ recorded: 2, undecodable: 1 });
    expect(suspects.map(({ arrived }) => arrived.form === "text" && JSON.parse(arrived.text))).toEqual([bad]);
  });

  it("is given back whole when storage refuses one of its messages", async () => {
    const ledger = createQueueLedger();
    const source = fixedKeys([legacyKey("any", secret)]);
    const { handle } = handlerOn(
      {
        ...openMemory(),
        record: async (all) =>
          all.map(({ message_id }) => (message_id === "b" ? { kind: "failed", cause: "down" } : { kind: "recorded" })),
      },
      {
        judge: createJudge({ keys: source, dialects, extraFields: [] }),
        keys: source,
        spillQueue,
        count: ledger.count,
      },
    );
    const Records = [sent(batch, RECEIVED_AT, SPILL_ARN)];
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(ledger.snapshot().figures).toMatchObject({ MessagesRecorded: 2, MessagesFailed: 1, MessagesRejected: 1 });
  });
});

describe("a message signed with a key that is not known yet", () => {
  const [known, added] = [v2Key("pub-1"), v2Key("pub-2")];
  const body = toExactJson(new Map(Object.entries(plainSample)));
  const signed = signAttributes(body, { keyId: added.id, secret: added.secret, id: "unique", sentAt: RECEIVED_AT });
  const attributes = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, text(value)]));
  const Records = [sent("[]", RECEIVED_AT), sent(body, RECEIVED_AT, undefined, attributes)];

  /** Keys that are read again when one is missed. */
  function rereading(afterwards: readonly Key[]) {
    let keyring = createKeyring([known]);
    let missed = 0;
    const source: KeySource = {
      ...fixedKeys([]),
      current: () => keyring,
      missed: () => void missed++,
      settled: async () => {
        if (missed > 0) keyring = createKeyring(afterwards);
      },
    };
    return { source, missed: () => missed };
  }

  it("is judged again once the keys were read again", async () => {
    const { source, missed } = rereading([known, added]);
    const { handle, figures } = handling([], source);
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [] });
    expect([figures(), missed()]).toEqual([{ recorded: 1 }, 1]);
  });

  it("has nothing judged again that came with it, whose keys would count as used twice", async () => {
    const { source } = rereading([known, added]);
    const used: string[] = [];
    const { handle, figures } = handling([], { ...source, used: (keyId) => void used.push(keyId) });
    const seal = (id: string, { id: keyId, secret }: typeof known) => ({
      bytes: sealEnvelope([new Map(Object.entries({ ...plainSample, message_id: id }))], {
        keyId,
        secret,
        sentAt: RECEIVED_AT,
      }),
      receipt: receipt(),
    });
    const body = encodeSpillBatch([seal("a", known), seal("b", added), seal("c", known)]);
    expect(await handle({ Records: [sent(body, RECEIVED_AT, SPILL_ARN)] }, plenty)).toEqual({ batchItemFailures: [] });
    expect([figures(), used]).toEqual([{ recorded: 3 }, [known.id, known.id, added.id]]);
  });

  it("is rejected if the key is not there even then", async () => {
    const { source } = rereading([known]);
    const { handle, figures, suspects } = handling([], source);
    expect(await handle({ Records }, plenty)).toEqual({ batchItemFailures: [] });
    expect(figures()).toEqual({ recorded: 0, "unknown-key": 1 });
    expect(suspects).toHaveLength(1);
  });
});
