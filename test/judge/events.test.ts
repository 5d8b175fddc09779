import { describe, expect, it } from "vitest";
import type { Value } from "../../lib/sample/value.ts";
import { captureJudge } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { plainEvent, signedMessage } from "../support/messages.ts";

const judge = judging(captureJudge());

describe("a signed event", () => {
  it("becomes a value with everything that was signed", () => {
    const message = signedMessage(plainEvent);
    expect(judge(message)).toEqual({
      ok: true,
      value: {
        ...plainEvent,
        kind: "event",
        dialect: "py3",
        time: "2022-09-30T12:00:00.000005Z",
        message_signature: message.get("message_signature"),
        extra: new Map(),
      },
    });
  });

  it("may lack the raw notification, as before Liberty", () => {
    const judged = judge(signedMessage({ ...plainEvent, raw: undefined }));
    expect(judged.ok && judged.value.kind === "event" && judged.value.raw).toBe(undefined);
  });

  it.each<[string, Value | undefined, string]>([
    ["traits", undefined, "traits is missing"],
    ["traits", "x", 'traits: expected a list, got "x"'],
    ["traits", [["a", 1n]], 'traits: expected a list of [name, type 0 to 4, value], got ["a",1]'],
    ["traits", [["a", 5n, null]], 'traits: expected a list of [name, type 0 to 4, value], got ["a",5,null]'],
    ["traits", [[1n, 1n, null]], "traits: expected a list of [name, type 0 to 4, value], got [1,1,null]"],
    ["generated", "yesterday", 'generated: expected a time such as 2022-09-30T12:00:00.123456, got "yesterday"'],
    ["event_type", "", 'event_type: expected text that is not empty, got ""'],
    ["raw", 1n, "raw: expected a map or null, got 1"],
  ])("whose %s is %o is invalid", (name, value, detail) => {
    expect(judge(signedMessage({ ...plainEvent, [name]: value }))).toEqual({
      ok: false,
      reason: "invalid-sample",
      detail,
    });
  });
});
