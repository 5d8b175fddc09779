import type { Message } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { forwarded, isReturning, whyDead, whyNotForwarded } from "../../../lib/queue/redrive/dead-letter.ts";

const ACCOUNT = "https://sqs.eu-west-1.amazonaws.com/123456789012";
const FROM = `${ACCOUNT}/metering-dead-letters`;
const TO = `${ACCOUNT}/metering-spill`;
const SPILL_ARN = "arn:aws:sqs:eu-west-1:123456789012:metering-spill";
const METERING_ARN = "arn:aws:sqs:eu-west-1:123456789012:metering";
const SPILL_BATCH = '{"countersign-spill":1,"messages":[]}';

function deadLetter(source: string | undefined, attributes: Readonly<Record<string, string>> = {}): Message {
  return {
    Body: "[]",
    Attributes: { SentTimestamp: "2000", ...(source !== undefined && { DeadLetterQueueSourceArn: source }) },
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
    ),
  };
}

function receivedAt(message: Message): string | undefined {
  const { attributes } = forwarded(message, isReturning(message, FROM, TO));
  return attributes["countersign-received-at"]?.StringValue;
}

describe("a dead letter", () => {
  it("tells why it is one, as far as SQS and SNS say", () => {
    const letters = [
      deadLetter(METERING_ARN),
      deadLetter(METERING_ARN, { ErrorCode: "403" }),
      deadLetter(undefined, { ErrorCode: "KMS.AccessDeniedException", ErrorMessage: "denied" }),
      deadLetter(undefined, { ErrorCode: `\n\u001b[2J${"x".repeat(100)}` }),
      deadLetter(undefined),
      {},
    ];
    expect(letters.map(whyDead)).toEqual([
      "failed too often in metering",
      "failed too often in metering",
      "SNS could not deliver: KMS.AccessDeniedException",
      `SNS could not deliver: ??[2J${"x".repeat(35)}`,
      "unknown",
      "unknown",
    ]);
  });

  it("gets the time when its queue got it, whatever it says itself", () => {
    expect(receivedAt(deadLetter(METERING_ARN))).toBe("2000");
    expect(receivedAt(deadLetter(METERING_ARN, { "countersign-received-at": "1" }))).toBe("2000");
    expect(receivedAt(deadLetter(undefined, { "countersign-received-at": "1" }))).toBe("2000");
  });

  it("keeps the time of its first receipt when it returns to the queue that gave it up", () => {
    expect(receivedAt(deadLetter(SPILL_ARN, { "countersign-received-at": "1000" }))).toBe("1000");
    expect(receivedAt(deadLetter(SPILL_ARN, { "countersign-received-at": "yesterday" }))).toBe("2000");
    expect(receivedAt(deadLetter(SPILL_ARN))).toBe("2000");
  });

  it("of a server on this machine, which names no source, counts as returning, and of no other", () => {
    const message = deadLetter(undefined);
    const local = "http://127.0.0.1:4566/000000000000";
    expect(isReturning(message, `${local}/dead`, `${local}/spill`)).toBe(true);
    for (const from of [
      FROM,
      FROM.replace("sqs.", "vpce-0a-b.sqs.").replace("1.amazonaws", "1.vpce.amazonaws"),
      FROM.replace("sqs.", "sqs-fips."),
      FROM.replace("amazonaws.com", "api.aws"),
      "http://elasticmq:9324/000000000000/dead",
      `${local}/dead`,
    ]) {
      expect([from, isReturning(message, from, TO)]).toEqual([from, false]);
    }
    expect(isReturning(message, "http://elasticmq:9324/q/dead", "http://elasticmq:9324/q/spill")).toBe(false);
  });

  it("keeps its body and attributes, and is reckoned as SQS does", () => {
    const message = deadLetter(METERING_ARN, { "webhook-id": "k:ä" });
    const raw = { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2, 3) };
    const letter = { ...message, Body: "ü", MessageAttributes: { ...message.MessageAttributes, raw } };
    expect(forwarded(letter, false)).toEqual({
      body: "ü",
      attributes: {
        "webhook-id": { DataType: "String", StringValue: "k:ä" },
        raw,
        "countersign-received-at": { DataType: "String", StringValue: "2000" },
      },
      bytes: 2 + (10 + 6 + 4) + (3 + 6 + 3) + (23 + 6 + 4),
      undated: false,
    });
  });

  it("goes without the time of its first receipt where there is no room for it", () => {
    const names = Array.from({ length: 10 }, (_, index) => `a${index}`);
    const full = Object.fromEntries(names.map((name) => [name, "x"]));
    expect(forwarded(deadLetter(METERING_ARN, full), false)).toMatchObject({ undated: true });
    expect(Object.keys(forwarded(deadLetter(METERING_ARN, full), false).attributes)).toEqual(names);
    const { a9: _a9, ...nine } = full;
    const replaced = forwarded(deadLetter(SPILL_ARN, { ...nine, "countersign-received-at": "1000" }), true);
    expect([Object.keys(replaced.attributes).length, replaced.undated]).toEqual([10, false]);
    const large = { ...deadLetter(METERING_ARN), Body: "x".repeat(1_048_570) };
    expect(forwarded(large, false)).toEqual({ body: large.Body, attributes: {}, bytes: 1_048_570, undated: true });
    expect(forwarded({ Body: "[]" }, false)).toMatchObject({ attributes: {}, undated: true });
  });

  it("is not sent on when it is a spill batch that another queue gave up, whose receipts anybody may have written", () => {
    const batch = { ...deadLetter(METERING_ARN), Body: SPILL_BATCH };
    expect(whyNotForwarded(batch, false)).toContain("a spill batch, but not from the queue of --to");
    expect(whyNotForwarded(batch, true)).toBeUndefined();
    expect(whyNotForwarded(deadLetter(METERING_ARN), false)).toBeUndefined();
  });
});
