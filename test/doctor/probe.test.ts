import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeProbe } from "../../lib/doctor/probe/probe.ts";
import { probeKey } from "../../lib/doctor/probe/probe-key.ts";
import { createDoubts } from "../../lib/judge/doubts.ts";
import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { type ListenerName, listenerNames } from "../../lib/sample/listener-name.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { RECEIVED_AT, receipt, v2Key } from "../support/v2-keys.ts";

const keys = { legacy: legacyKey("first", createSecretKey(Buffer.from("a secret of ours"))), v2: v2Key("pub-7") };
const doubts = createDoubts();
const judge = createJudge({
  doubts,
  keys: fixedKeys(Object.values(keys)),
  dialects,
  extraFields: [],
  timeWindow: true,
});

function judged(listener: ListenerName, key: keyof typeof keys, size?: number) {
  const probe = makeProbe({ listener, key: keys[key], now: RECEIVED_AT, ...(size !== undefined && { size }) });
  const from = receipt({ listener });
  const answers =
    listener === "queue"
      ? judge.text(probe.bytes.toString("utf8"), probe.attributes, from)
      : judge.bytes(probe.bytes, from);
  return { probe, answers };
}

describe("a sample of our own", () => {
  it.each(listenerNames.flatMap((listener) => [[listener, "legacy"] as const, [listener, "v2"] as const]))(
    "is genuine by %s with a %s key, and amounts to nothing",
    (listener, key) => {
      const { probe, answers } = judged(listener, key);
      expect(answers.map((one) => (one.ok ? { keyId: one.value.keyId, ...one.value.record } : one))).toEqual([
        expect.objectContaining({
          keyId: keys[key].id,
          counter_name: "countersign.doctor",
          counter_type: "gauge",
          counter_volume: 0n,
          project_id: "countersign.doctor",
          resource_id: `doctor.${listener}`,
          message_id: probe.id,
          time: "2026-09-21T14:13:20.000000Z",
        }),
      ]);
    },
  );

  it.each([1_200, 1_400, 3_000, 65_507])("is exactly as long as it is asked to be: %d bytes", (size) => {
    for (const key of ["legacy", "v2"] as const) {
      const { probe, answers } = judged("udp", key, size);
      expect([probe.bytes.length, answers.map(({ ok }) => ok)]).toEqual([size, [true]]);
    }
  });

  it("can be read in no other way", () => {
    for (const listener of listenerNames) judged(listener, "legacy");
    judged("udp", "legacy", 1_400);
    expect(doubts.counts()).toEqual({ ambiguous: 0, marked: 0, recut: 0 });
  });
});

describe("the key that it is signed with", () => {
  const { legacy, v2 } = keys;
  const retired = { ...legacy, id: "retired", retiredAt: RECEIVED_AT };
  const limited = { ...legacy, id: "limited", publishers: new Set(["host-1"]) };
  const choose = (given: readonly (typeof legacy)[], legacyListeners: readonly ListenerName[] = listenerNames) =>
    probeKey("udp", { keys: given, legacyListeners, now: RECEIVED_AT });

  it("is one that the listener accepts from anywhere, a legacy one first", () => {
    expect(choose([retired, limited, v2, legacy])).toBe(legacy);
    expect(choose([legacy, v2], ["tcp"])).toBe(v2);
    expect(choose([retired, v2])).toBe(v2);
  });

  it("is missing for a reason", () => {
    expect([choose([retired]), choose([limited]), choose([legacy], [])]).toEqual([
      { problem: "no key is given that is not retired" },
      { problem: "each key is limited to some networks or publishers, and this machine may be none of them" },
      { problem: "udp accepts signature v2 alone, and no key of it is given" },
    ]);
  });
});
