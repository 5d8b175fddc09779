import { describe, expect, it } from "vitest";
import { isValueMap, type Value } from "../../lib/sample/value.ts";
import { messageLimits } from "../../lib/wire/limits.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import { accepted } from "../support/fixtures.ts";

const sample = '{"counter_name": "cpu", "counter_volume": 1.0}';
const value: Value = new Map<string, Value>([
  ["counter_name", "cpu"],
  ["counter_volume", 1],
]);
const notification = `{"message_id": "m", "event_type": "metering", "priority": "SAMPLE", "payload": [${sample}, ${sample}]}`;
const cast = `{"method": "record_metering_data", "version": "1.0", "args": {"data": [${sample}]}, "_context_user": null}`;
const event = '{"event_type": "image.upload", "message_id": "m", "traits": [], "raw": {"payload": {"event_type": 1}}}';

function oslo(message: string): string {
  return JSON.stringify({ "oslo.version": "2.0", "oslo.message": message });
}

function sns(message: string): string {
  return JSON.stringify({
    Type: "Notification",
    MessageId: "m",
    TopicArn: "arn:aws:sns:eu-west-1:1:t",
    Message: message,
  });
}

/** What is taken out of a body in which nothing is too large. */
function carried(body: string, limits = messageLimits) {
  const { messages, publisher } = accepted(decodeQueueBody(body, limits));
  return { messages: messages.map(({ message }) => accepted(message)), publisher };
}

function base64(message: Value): string {
  return encodeMsgpack(message).toString("base64");
}

describe("decodeQueueBody", () => {
  it.each<[string, string, readonly Value[]]>([
    ["one sample", sample, [value]],
    ["a list of samples", `[${sample},${sample}]`, [value, value]],
    ["an empty list", "[]", []],
    ["an oslo.messaging notification", oslo(notification), [value, value]],
    ["an oslo.messaging notification of nothing", oslo('{"event_type": "metering", "payload": []}'), []],
    ["an oslo.messaging RPC cast", oslo(cast), [value]],
    ["a bare notification", notification, [value, value]],
    ["a bare RPC cast", cast, [value]],
    ["an RPC cast of one sample outside a list", cast.replace(/\[(.*)\]/, "$1"), [value]],
    ["SNS around a sample", sns(sample), [value]],
    ["SNS around an oslo.messaging notification", sns(oslo(notification)), [value, value]],
    ["SNS around base64", sns(base64(value)), [value]],
    ["base64 of one map", base64(value), [value]],
    ["base64 of a list", base64([value, value]), [value, value]],
    ["base64 broken into lines", `${base64(value).replace(/(.{20})/g, "$1\n")}\n`, [value]],
    ["base64 in the alphabet for URLs", encodeMsgpack(value).toString("base64url"), [value]],
    ["something that is not a message", "[1, null]", [1n, null]],
  ])("takes the messages out of %s", (_what, body, values) => {
    expect(carried(body)).toEqual({ messages: values, publisher: undefined });
  });

  it("tells whom a notification names as its publisher, where that is text", () => {
    const named = notification.replace("{", '{"publisher_id": "ceilometer.polling", ');
    expect(carried(oslo(named))).toEqual({ messages: [value, value], publisher: "ceilometer.polling" });
    const oddly = notification.replace("{", '{"publisher_id": ["ceilometer.polling"], ');
    expect(carried(oddly)).toEqual({ messages: [value, value], publisher: undefined });
  });

  it("does not take an event for an envelope", () => {
    const [first, ...others] = carried(event).messages;
    expect([isValueMap(first) && first.get("traits"), others]).toEqual([[], []]);
  });

  it("does not take a sample for an envelope because of what its metadata holds", () => {
    const sly = '{"counter_name": "cpu", "resource_metadata": {"payload": [1], "oslo.message": "x"}}';
    expect(decodeQueueBody(sly)).toMatchObject({ ok: true, value: { messages: { length: 1 } } });
  });

  it.each([
    ["JSON that is none", "{", "JSON: expected a name in quotes at character 1"],
    ["an envelope around JSON that is none", oslo("{"), "JSON: expected a name in quotes at character 1"],
    [
      "base64 of bytes that are no msgpack",
      "wQ==",
      "not JSON, so read as base64 of msgpack: msgpack: reserved byte 0xc1 at byte 1",
    ],
    ["nothing", "", "JSON: ends too early at character 0"],
    ["plain words", "hello, world", "JSON: expected a value at character 0"],
    ["envelopes without end", sns(sns(sns(sns(sample)))), "more than 4 envelopes inside each other"],
  ])("refuses %s", (_what, body, detail) => {
    expect(decodeQueueBody(body)).toEqual({ ok: false, reason: "undecodable", detail });
  });

  it("takes no longer for a hostile body than for an honest one", () => {
    for (const unit of ["\n", "A", " ", "[", "\\", "1"]) {
      const start = performance.now();
      expect(decodeQueueBody(`${unit.repeat(1_000_000)}!`).ok).toBe(false);
      expect(performance.now() - start).toBeLessThan(2_000);
    }
  });

  it("measures a body in bytes, not in characters", () => {
    const limits = { ...messageLimits, maxBytes: 5 };
    expect(decodeQueueBody('"日日"', limits)).toEqual({
      ok: false,
      reason: "too-large",
      detail: "8 bytes; the limit is 5",
    });
    expect(carried('"日"', limits)).toEqual({ messages: ["日"], publisher: undefined });
  });
});
