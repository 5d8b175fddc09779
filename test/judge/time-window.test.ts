import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import type { Result } from "../../lib/sample/rejection.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { sealEnvelope } from "../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../lib/signature/v2/sign-attributes.ts";
import { CAPTURE_SECRET, key } from "../support/fixtures.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";
import { receipt, v2Key } from "../support/v2-keys.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** What `plainSample` says of itself, cut to the milliseconds of a clock. */
const SAMPLED_AT = Date.parse("2022-09-30T12:00:00.123Z");

const v2 = v2Key("pub-1");
const keys = fixedKeys([legacyKey("legacy", key(CAPTURE_SECRET)), v2]);
const judge = createJudge({ keys, dialects, extraFields: [], timeWindow: true });
const unbounded = createJudge({ keys, dialects, extraFields: [] });

function verdict(result: Result<unknown> | undefined): string {
  return result === undefined || result.ok ? "recorded" : result.reason;
}

describe("the time window", () => {
  it.each([
    ["sample", signedMessage(plainSample)],
    ["event", signedMessage({ ...plainEvent, generated: "2022-09-30T12:00:00.123456" })],
  ])("takes a %s for 35 days after its time, and a day before, and no longer", (_kind, message) => {
    const after = (late: number) => verdict(judge.message(message, receipt({ receivedAt: SAMPLED_AT + late })));
    expect([-DAY, 0, 35 * DAY].map(after)).toEqual(["recorded", "recorded", "recorded"]);
    expect([-DAY - SECOND, 35 * DAY + SECOND, 400 * DAY].map(after)).toEqual(Array(3).fill("outside-window"));
  });

  it("says which time was not believable, and against what", () => {
    expect(
      judge.message(signedMessage(plainSample), receipt({ receivedAt: Date.parse("2026-11-22T10:00:00Z") })),
    ).toEqual({
      ok: false,
      reason: "outside-window",
      detail:
        "timestamp 2022-09-30T12:00:00.123456Z is not between 35 days before and 1 day after 2026-11-22T10:00:00.000Z, when it was received",
    });
  });

  it("is as wide as time itself where no setting asks for it", () => {
    for (const timestamp of ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"]) {
      expect(verdict(unbounded.message(signedMessage({ ...plainSample, timestamp }), receipt()))).toBe("recorded");
    }
    const envelope = sealEnvelope([new Map(Object.entries(plainSample))], {
      keyId: "pub-1",
      secret: v2.secret,
      sentAt: 0,
    });
    expect(unbounded.bytes(envelope, receipt()).map(verdict)).toEqual(["recorded"]);
  });

  it("knows the first and the last times there are", () => {
    for (const timestamp of ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"]) {
      expect(verdict(judge.message(signedMessage({ ...plainSample, timestamp }), receipt()))).toBe("outside-window");
    }
  });

  it("is five minutes either way for an envelope's own clock, in bytes and beside a body", () => {
    const sample = { ...plainSample, timestamp: "2026-09-21T14:00:00" };
    const map = new Map(Object.entries(sample));
    const body = JSON.stringify({ ...sample, counter_volume: 1, resource_metadata: {} });
    const sentAt = Date.parse("2026-09-21T14:00:00Z");
    const envelope = sealEnvelope([map, map], { keyId: "pub-1", secret: v2.secret, sentAt });
    const attributes = signAttributes(body, { keyId: "pub-1", secret: v2.secret, id: "unique", sentAt });
    const lateBy = (late: number) => {
      const received = receipt({ receivedAt: sentAt + late });
      return [judge.bytes(envelope, received), judge.text(body, attributes, { ...received, listener: "queue" })].map(
        (answers) => answers.map(verdict).join(),
      );
    };
    for (const late of [-5 * MINUTE, 0, 5 * MINUTE]) expect(lateBy(late)).toEqual(["recorded,recorded", "recorded"]);
    for (const late of [-5 * MINUTE - 1, 5 * MINUTE + 1]) {
      expect(lateBy(late)).toEqual(["outside-window", "outside-window"]);
    }
  });

  it("holds for each sample in an envelope by itself", () => {
    const sentAt = Date.parse("2026-09-21T14:00:00Z");
    const messages = ["2026-09-21T13:59:00", "2022-09-30T12:00:00", "2026-09-22T13:59:00", "2026-09-23T00:00:00"].map(
      (timestamp) => new Map(Object.entries({ ...plainSample, timestamp })),
    );
    const envelope = sealEnvelope(messages, { keyId: "pub-1", secret: v2.secret, sentAt });
    expect(judge.bytes(envelope, receipt({ receivedAt: sentAt })).map(verdict)).toEqual([
      "recorded",
      "outside-window",
      "recorded",
      "outside-window",
    ]);
  });
});
