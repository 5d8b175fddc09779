import type { SQSRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { SpilledMessage } from "../../lib/dispatch/spill-queue.ts";
import { arrivalsOf } from "../../lib/queue/received-message.ts";
import { encodeSpillBatch } from "../../lib/queue/spill-batch.ts";
import { sqsEvent } from "../support/lambda-events.ts";

const SENT = 1_664_539_200_123;
const batch: readonly SpilledMessage[] = [
  { bytes: Buffer.from([1, 2]), receipt: { listener: "udp", address: "10.0.0.1", receivedAt: 1_000 } },
  { bytes: Buffer.from([3]), receipt: { listener: "tcp", address: undefined, receivedAt: 2_000 } },
];

function aRecord(body: string, attributes: Readonly<Record<string, string>> = {}): SQSRecord {
  const [record] = sqsEvent(body).Records;
  if (record === undefined) throw new Error("no record");
  const messageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: "String" }]),
  );
  return { ...record, messageAttributes };
}

function text(body: string, attributes: Readonly<Record<string, string>>, receivedAt: number) {
  const receipt = { listener: "queue", address: undefined, receivedAt };
  return { ok: true, value: [{ arrived: { form: "text", text: body, attributes, receipt } }] };
}

describe("a queue's record", () => {
  it("brings its body and the attributes that are text, received when the queue got it", () => {
    const record = aRecord("[]", { "webhook-id": "key-1:a", __proto__x: "1" });
    const binary = { binaryValue: "AQ==", dataType: "Binary" };
    const messageAttributes = { ...record.messageAttributes, binary };
    expect(arrivalsOf({ ...record, messageAttributes }, false)).toEqual(
      text("[]", { "webhook-id": "key-1:a", __proto__x: "1" }, SENT),
    );
  });

  it("is believed about its first receipt only when it is trusted", () => {
    const record = aRecord("[]", { "countersign-received-at": "1000", "countersign-other": "x", "webhook-id": "k:a" });
    expect(arrivalsOf(record, false)).toEqual(text("[]", { "webhook-id": "k:a" }, SENT));
    const own = { "countersign-received-at": "1000", "countersign-other": "x", "webhook-id": "k:a" };
    expect(arrivalsOf(record, true)).toEqual(text("[]", own, 1_000));
  });

  it.each(["", "-1", "1.5", "1e3", " 1", "8640000000000001", "99999999999999999"])(
    "was received when it was sent if its own time is %j",
    (time) => {
      const attributes = { "countersign-received-at": time };
      expect(arrivalsOf(aRecord("[]", attributes), true)).toEqual(text("[]", attributes, SENT));
    },
  );

  it("was received now if the queue does not say when", () => {
    const record = aRecord("[]");
    const before = Date.now();
    const bare = { ...record.attributes, SentTimestamp: "", ApproximateFirstReceiveTimestamp: "" };
    const arrived = arrivalsOf({ ...record, attributes: bare }, false);
    const receivedAt = arrived.ok ? arrived.value[0]?.arrived.receipt.receivedAt : undefined;
    expect(receivedAt).toBeGreaterThanOrEqual(before);
    expect(receivedAt).toBeLessThanOrEqual(Date.now());
  });

  it("brings the messages of a spill batch with their first receipts when it is trusted", () => {
    expect(arrivalsOf(aRecord(encodeSpillBatch(batch)), true)).toEqual({
      ok: true,
      value: batch.map((spilled) => ({ arrived: { form: "bytes", ...spilled } })),
    });
  });

  it("brings what can be read of a spill batch, and what can't as a text of its own, rejected", () => {
    const body = encodeSpillBatch(batch).replace('"udp"', '"sctp"');
    const [bad] = JSON.parse(body).messages;
    const receipt = { listener: "queue", address: undefined, receivedAt: SENT };
    expect(arrivalsOf(aRecord(body), true)).toEqual({
      ok: true,
      value: [
        { arrived: { form: "bytes", ...batch[1] } },
        {
          arrived: { form: "text", text: JSON.stringify(bad), attributes: {}, receipt },
          rejection: { ok: false, reason: "undecodable", detail: "message 0 of a spill batch: no such listener" },
        },
      ],
    });
  });

  it("is only text when it is not trusted, even if it looks like a spill batch", () => {
    const body = encodeSpillBatch(batch);
    expect(arrivalsOf(aRecord(body), false)).toEqual(text(body, {}, SENT));
  });

  it("brings nothing when it is a trusted spill batch that can't be read at all", () => {
    expect(arrivalsOf(aRecord('{"countersign-spill":1,'), true)).toEqual({
      ok: false,
      reason: "undecodable",
      detail: "not a spill batch",
    });
  });
});
