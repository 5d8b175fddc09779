import { describe, expect, it } from "vitest";
import { toMessage } from "../../lib/sample/message.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import { isValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { splitFrames } from "../../lib/wire/frame.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { dialectOf } from "../support/dialect-of.ts";
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

const judge = judging(captureJudge());

function judgeDatagram(bytes: Uint8Array) {
  const decoded = decodeMsgpack(bytes);
  return decoded.ok ? judge(decoded.value) : decoded;
}

function resigned(record: MeteringRecord): readonly string[] {
  return [CAPTURE_SECRET, ICEHOUSE_SECRET].map(
    (secret) => sign(toMessage(record), key(secret), dialectOf(record)) ?? "",
  );
}

describe("a captured message", () => {
  const frames = splitFrames(fixture("tcp/stream_20.0.0.bin")).flatMap((frame) => (frame.ok ? [frame.value] : []));

  it("is genuine, and gives its signature again when it is signed from its parsed fields: datagrams and frames", () => {
    const judged = [...datagrams(), ...frames].map(judgeDatagram);
    const records = judged.flatMap((result) => (result.ok ? [result.value] : []));
    expect([datagrams().length, frames.length, records.length]).toEqual([120, 40, 160]);
    for (const record of records) expect(resigned(record)).toContain(record.message_signature);
  });

  it.each(Object.entries(notificationBodies()))(
    "is genuine unless its volume is not a finite number: %s",
    (_name, body) => {
      for (const value of envelopeValues(body)) {
        const result = judge(value);
        const volume = isValueMap(value) ? value.get("counter_volume") : undefined;
        const finite = typeof volume === "bigint" || (typeof volume === "number" && Number.isFinite(volume));
        const isEvent = isValueMap(value) && value.has("traits");
        expect(result.ok ? "recorded" : result.reason).toBe(finite || isEvent ? "recorded" : "invalid-sample");
        if (result.ok) expect(resigned(result.value)).toContain(result.value.message_signature);
      }
    },
  );

  it("is recorded in the first dialect that fits", () => {
    const judged = envelopeValues(notificationBodies().icehouse_rpc_cast ?? "").map(judge);
    expect(judged.map((result) => result.ok && result.value.dialect)).toEqual(["icehouse", "kilo"]);
  });

  it("is refused in a dialect that is not listed", () => {
    const py3Only = judging(captureJudge(["py3"]));
    const judged = envelopeValues(notificationBodies().icehouse_rpc_cast ?? "").map(py3Only);
    expect(judged.map((result) => (result.ok ? "recorded" : result.reason))).toEqual([
      "bad-signature",
      "bad-signature",
    ]);
  });
});
