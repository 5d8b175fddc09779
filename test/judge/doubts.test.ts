import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDoubts } from "../../lib/judge/doubts.ts";
import { createJudge } from "../../lib/judge/judge.ts";
import { createRecentSignatures } from "../../lib/judge/recent-signatures.ts";
import { recordDoubt } from "../../lib/judge/record-doubt.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { captureKeys, datagrams } from "../support/fixtures.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { receipt } from "../support/v2-keys.ts";

describe("the memory of signatures", () => {
  it("tells a signature that was met with another identity, and keeps to the first", () => {
    const signatures = createRecentSignatures();
    const sample = aSample();
    const signature = sample.message_signature ?? "";
    const others = [
      { ...sample, counter_name: "memory" },
      { ...sample, resource_id: "another" },
      { ...sample, time: "2030-01-01T00:00:00.000000Z" },
      { ...sample, message_id: "another" },
      {
        ...sample,
        counter_name: `${sample.counter_name}${sample.resource_id[0]}`,
        resource_id: sample.resource_id.slice(1),
      },
      anEvent(),
    ];
    expect(signatures.differs(signature, sample)).toBe(false);
    expect(others.map((other) => signatures.differs(signature, other))).toEqual(others.map(() => true));
    expect(signatures.differs(signature, { ...sample, counter_volume: 1n, user_name: "other" })).toBe(false);
  });

  it("takes the same few bytes whatever it has met, and forgets what another one drove out", () => {
    const signatures = createRecentSignatures(16);
    const sample = aSample();
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(digits, digits, (one, other) => {
        signatures.differs(one, sample);
        expect(signatures.differs(one, { ...sample, message_id: "x" })).toBe(true);
        signatures.differs(other, sample);
        expect(signatures.differs(other, sample)).toBe(false);
        expect(signatures.bytes).toBe(16 * 20);
      }),
    );
    expect(createRecentSignatures().bytes).toBe(1_310_720);
  });
});

describe("a judge's doubts", () => {
  const recut = { ...plainSample, project_name: "my-publisher_ids-lab" };
  const ambiguous = { ...plainSample, resource_id: "vm1resource_metadata:display_nameweb" };

  function judging() {
    const told: string[][] = [];
    const doubts = createDoubts((...args) => told.push(args));
    const judge = createJudge({ keys: captureKeys(), dialects, extraFields: [], doubts });
    return { judge, doubts, told };
  }

  it("count what is refused, what is marked, and one signature under two identities, refused or not", () => {
    const { judge, doubts, told } = judging();
    judge.message(signedMessage(recut), receipt());
    expect(doubts.counts()).toEqual({ ambiguous: 0, marked: 1, recut: 0 });
    judge.message(signedMessage(ambiguous), receipt());
    expect(doubts.counts()).toEqual({ ambiguous: 1, marked: 1, recut: 0 });

    const cut = new Map<string, Value>(
      Object.entries({
        ...plainSample,
        resource_id: "vm1",
        resource_metadata: new Map([["display_name", `webresource_metadata:display_nameweb-01`]]),
      }),
    ).set("message_signature", signedMessage(ambiguous).get("message_signature") ?? null);
    expect(judge.message(cut, receipt()).ok).toBe(true);
    expect(doubts.counts()).toEqual({ ambiguous: 1, marked: 1, recut: 1 });
    expect(told.map(([kind]) => kind)).toEqual(["marked", "recut"]);
    expect(told[1]?.[1]).toBe(
      `"cpu" of "vm1" at 2022-09-30T12:00:00.123456Z, message "${plainSample.message_id}", project "${plainSample.project_id}"`,
    );
  });

  it("are none about what real publishers sent, however often", () => {
    const { judge, doubts } = judging();
    for (const bytes of [...datagrams(), ...datagrams()]) judge.bytes(bytes, receipt());
    expect(doubts.counts()).toEqual({ ambiguous: 0, marked: 0, recut: 0 });
  });

  it("let a person record what is ambiguous, with a mark that its fields alone give again", () => {
    const judge = createJudge({ keys: captureKeys(), dialects, extraFields: [], acceptAmbiguous: true });
    const judged = judge.message(signedMessage(ambiguous), receipt());
    const detail = "resource_id contains the name resource_metadata, which it could have swallowed";
    expect(judged.ok && judged.value.mark).toBe(`${detail} (project "${plainSample.project_id}")`);
    expect(judged.ok && recordDoubt(judged.value.record)).toEqual({ kind: "ambiguous", detail });
    expect(recordDoubt(aSample())).toBeUndefined();
    expect(recordDoubt(aSample({ project_name: "publisher_id" }))?.kind).toBe("marked");
    expect(recordDoubt(anEvent())).toBeUndefined();
  });
});
