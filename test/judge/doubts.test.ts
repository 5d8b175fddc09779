import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDoubts } from "../../lib/judge/doubts.ts";
import { createJudge } from "../../lib/judge/judge.ts";
import { createRecentSignatures } from "../../lib/judge/recent-signatures.ts";
import { recordDoubt } from "../../lib/judge/record-doubt.ts";
import { identity } from "../../lib/sample/identity.ts";
import { dialects, type MeteringRecord } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { captureKeys, datagrams } from "../support/fixtures.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";
import { eventFields, readings, sampleFields } from "../support/readings.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { receipt } from "../support/v2-keys.ts";

describe("the memory of signatures", () => {
  it.each<[what: string, fields: Readonly<Record<string, Value | undefined>>, exact: boolean]>([
    ["nothing", { ...plainSample, project_name: "acme", user_name: "ann" }, true],
    ["by TCP", { ...plainSample, project_name: "acme", publisher_id: "compute-3" }, true],
    ["a resource", { ...plainSample, project_name: "my-resource_ids" }, true],
    ["a head", { ...plainSample, project_name: "xcounter_volume9message_idmproject_idp" }, true],
    ["a run", { ...plainSample, user_name: "xsourceytimestamp2030user_idz" }, true],
    [
      "a run of the same length",
      { ...plainSample, user_name: `xsourceytimestamp${plainSample.timestamp}user_idz` },
      false,
    ],
    ["a region", { ...plainSample, project_name: "region-west", region: "north" }, false],
    ["an event", { ...plainEvent, raw: new Map([["a", "xgenerated2030message_idmraw:b"]]) }, true],
  ])("tells every reading of a text that is another identity from those that are not: %s", (_what, fields, exact) => {
    const extraFields = ["region"];
    const genuine = signedMessage(fields);
    const signature = String(genuine.get("message_signature"));
    const canonical = canonicalText(genuine, "py3");
    if (canonical.kind !== "text") throw new Error("can't be signed");
    const judge = createJudge({ keys: captureKeys(), dialects, extraFields, acceptAmbiguous: true });
    const recordOf = (message: ReadonlyMap<string, Value>): MeteringRecord => {
      const judged = judge.message(message, receipt());
      if (!judged.ok) throw new Error(judged.detail);
      return judged.value.record;
    };
    const signatures = createRecentSignatures();
    const first = recordOf(genuine);
    expect(signatures.differs(signature, first)).toBe(false);
    const known = fields.event_type === undefined ? sampleFields : eventFields;
    const others = readings(canonical.text, { fields: known, allowed: extraFields }, "py3").map((reading) => {
      const message = new Map<string, Value>(reading).set("message_signature", signature);
      return recordOf(
        first.kind === "event" || message.has("resource_metadata")
          ? message
          : message.set("resource_metadata", new Map()),
      );
    });
    const differing = others.filter((other) => signatures.differs(signature, other));
    const unlike = others.filter((other) => identity(other) !== identity(first));
    // What stands elsewhere and says the same is a re-cut as well.
    expect(unlike.filter((other) => !differing.includes(other))).toEqual([]);
    if (!exact) return;
    expect(differing).toEqual(unlike);
    expect(signatures.differs(signature, first)).toBe(false);
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
        expect(signatures.bytes).toBe(16 * 12);
      }),
    );
    expect(createRecentSignatures().bytes).toBe(786_432);
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
