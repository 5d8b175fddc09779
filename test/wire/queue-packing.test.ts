import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toMessage } from "../../lib/sample/message.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { messageLimits } from "../../lib/wire/limits.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { decodeQueueBody } from "../../lib/wire/queue-body.ts";
import { MAX_INFLATION } from "../../lib/wire/queue-packing.ts";
import { aSample } from "../support/sample-builder.ts";

const message = new Map([["counter_name", "cpu"]]);
const json = '{"counter_name": "cpu"}';
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
const eventBridge = (detail: string) =>
  `{"version":"0","id":"1","detail-type":"metering","source":"site","time":"2022-09-30T12:00:00Z","detail":${detail}}`;

describe("a queue's message that is packed", () => {
  it.each([
    ["base64 of JSON", base64(json)],
    ["base64 of JSON with a line feed before it", base64(`\n${json}`)],
    ["gzip of JSON", base64(gzipSync(json))],
    ["gzip of msgpack", base64(gzipSync(encodeMsgpack(message)))],
    ["EventBridge's event", eventBridge(json)],
    ["EventBridge's event around a list", eventBridge(`[${json}]`)],
    ["EventBridge's event around a notification", eventBridge(`{"event_type":"telemetry","payload":[${json}]}`)],
    [
      "EventBridge's event around oslo's envelope",
      eventBridge(JSON.stringify({ "oslo.version": "2.0", "oslo.message": `{"event_type":"t","payload":[${json}]}` })),
    ],
    ["gzip of EventBridge's event", base64(gzipSync(eventBridge(json)))],
  ])("as %s is opened", (_, body) => {
    const { messages } = opened(decodeQueueBody(body));
    expect(messages.map((one) => one.message)).toEqual([{ ok: true, value: message }]);
  });

  it("as gzip is inflated to the limit and no further", () => {
    const noise = Buffer.alloc(65_536).map((_, at) => Math.imul(at + 1, 0x9e37_79b1) >>> 24);
    const bomb = base64(gzipSync(Buffer.concat([noise, Buffer.alloc(64 * 1_048_576, " ")])));
    expect(decodeQueueBody(bomb)).toEqual({
      ok: false,
      reason: "too-large",
      detail: `gzip that inflates to more than ${messageLimits.maxBytes} bytes, the limit for its size`,
    });
  });

  it("as gzip stands for 32 times its bytes at most, which no genuine list needs", () => {
    const samples = Array.from({ length: 700 }, () => toExactJson(toMessage(aSample({ message_id: randomUUID() }))));
    const bomb = gzipSync(Buffer.alloc(1_000_000, " "));

    expect(decodeQueueBody(base64(gzipSync(`[${samples.join(",")}]`))).ok).toBe(true);
    expect(decodeQueueBody(base64(bomb))).toEqual({
      ok: false,
      reason: "too-large",
      detail: `gzip that inflates to more than ${MAX_INFLATION * bomb.length} bytes, the limit for its size`,
    });
  });

  it("is packed no deeper than envelopes may be inside each other", () => {
    let body = base64(json);
    for (let layers = 0; layers < 5; layers++) body = base64(JSON.stringify({ Type: "Notification", Message: body }));
    expect(decodeQueueBody(body)).toEqual({
      ok: false,
      reason: "undecodable",
      detail: "more than 4 envelopes inside each other",
    });
  });

  it("says what it was taken for where it can't be opened", () => {
    const whole = gzipSync(json);
    expect(decodeQueueBody(base64(whole.subarray(0, whole.length - 9)))).toEqual({
      ok: false,
      reason: "undecodable",
      detail: "gzip: unexpected end of file",
    });
    expect(decodeQueueBody(base64(Buffer.from("7bff", "hex")))).toEqual({
      ok: false,
      reason: "undecodable",
      detail: "base64 of what begins like JSON and is not UTF-8",
    });
  });

  it("throws at no bytes", () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.uint8Array().map((tail) => Uint8Array.of(0x1f, 0x8b, ...tail)),
    );
    fc.assert(fc.property(bytes, (some) => typeof decodeQueueBody(base64(some)).ok === "boolean"));
  });
});

function opened(decoded: ReturnType<typeof decodeQueueBody>) {
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value;
}
