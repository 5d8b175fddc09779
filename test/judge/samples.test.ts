import { describe, expect, it } from "vitest";
import type { Value } from "../../lib/sample/value.ts";
import { captureJudge } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { plainSample, signedMessage } from "../support/messages.ts";

const judge = judging(captureJudge());

describe("a signed sample", () => {
  it("becomes a value with everything that was signed, and the time in UTC", () => {
    const message = signedMessage({
      ...plainSample,
      timestamp: "2022-09-30T14:00:00.5+02:00",
      user_name: null,
      publisher_id: "compute-3",
    });
    expect(judge(message)).toEqual({
      ok: true,
      value: {
        ...plainSample,
        kind: "sample",
        dialect: "py3",
        timestamp: "2022-09-30T14:00:00.5+02:00",
        time: "2022-09-30T12:00:00.500000Z",
        user_name: null,
        publisher_id: "compute-3",
        message_signature: message.get("message_signature"),
        extra: new Map(),
      },
    });
  });

  it("may carry its signature as bytes, and keeps it as text", () => {
    const message = signedMessage(plainSample);
    const text = String(message.get("message_signature"));
    const judged = judge(new Map([...message, ["message_signature", Buffer.from(text)] as const]));
    expect(judged.ok && judged.value.message_signature).toBe(text);
  });

  it.each<[string, Value | undefined, string]>([
    ["source", undefined, "source is missing"],
    ["source", 1n, "source: expected text, got 1"],
    ["counter_name", "", 'counter_name: expected text that is not empty, got ""'],
    ["counter_type", "Gauge", 'counter_type: expected gauge, delta, cumulative, got "Gauge"'],
    ["counter_unit", null, "counter_unit: expected text, got null"],
    ["counter_volume", Number.NaN, 'counter_volume: expected a finite number, got {"$float":"nan"}'],
    ["counter_volume", Number.POSITIVE_INFINITY, 'counter_volume: expected a finite number, got {"$float":"inf"}'],
    ["counter_volume", Number.NEGATIVE_INFINITY, 'counter_volume: expected a finite number, got {"$float":"-inf"}'],
    ["counter_volume", true, "counter_volume: expected a finite number, got true"],
    ["counter_volume", null, "counter_volume: expected a finite number, got null"],
    ["counter_volume", "1", 'counter_volume: expected a finite number, got "1"'],
    ["user_id", 5n, "user_id: expected text or null, got 5"],
    ["user_id", undefined, "user_id is missing"],
    ["project_id", undefined, "project_id is missing"],
    ["project_name", 1.5, "project_name: expected text or null, got 1.5"],
    ["resource_id", null, "resource_id: expected text that is not empty, got null"],
    ["resource_metadata", undefined, "resource_metadata is missing"],
    ["resource_metadata", [1n], "resource_metadata: expected a map or null, got [1]"],
    ["timestamp", undefined, "timestamp is missing"],
    ["timestamp", "now", 'timestamp: expected a time such as 2022-09-30T12:00:00.123456, got "now"'],
    ["timestamp", 1n, "timestamp: expected a time such as 2022-09-30T12:00:00.123456, got 1"],
    ["message_id", undefined, "message_id is missing"],
    ["message_id", "", 'message_id: expected text that is not empty, got ""'],
    ["monotonic_time", "1", 'monotonic_time: expected a finite number, got "1"'],
    ["source", Uint8Array.of(1), 'source: expected text, got {"$bytes":"AQ=="}'],
    ["counter_unit", ["x".repeat(200)], `counter_unit: expected text, got ["${"x".repeat(78)}…`],
  ])("whose %s is %o is invalid, and the detail says so", (name, value, detail) => {
    expect(judge(signedMessage({ ...plainSample, [name]: value }))).toEqual({
      ok: false,
      reason: "invalid-sample",
      detail,
    });
  });

  it("with several faults has all of them in the detail", () => {
    const judged = judge(signedMessage({ ...plainSample, source: null, counter_unit: 1n }));
    expect(judged).toMatchObject({ detail: "source: expected text, got null; counter_unit: expected text, got 1" });
  });
});
