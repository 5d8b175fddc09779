import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { captureJudge, captureKeys } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";

const judge = judging(captureJudge());

/** The text has no separators: each of these has the very signature of a genuine sample. */
describe("a re-cut sample", () => {
  const { monotonic_time: _, ...withoutMonotonic } = plainSample;
  const tcp: Readonly<Record<string, Value>> = {
    ...plainSample,
    project_name: "demo",
    publisher_id: "compute-3",
    user_name: "admin",
  };

  it.each<[string, Readonly<Record<string, Value | undefined>>, Readonly<Record<string, Value | undefined>>]>([
    [
      "monotonic_time in message_id",
      plainSample,
      { ...withoutMonotonic, message_id: `${plainSample.message_id}monotonic_time71234.902137612` },
    ],
    [
      "project_name in project_id",
      tcp,
      { ...tcp, project_name: undefined, project_id: `${tcp.project_id}project_namedemo` },
    ],
    [
      "publisher_id in project_name",
      tcp,
      { ...tcp, publisher_id: undefined, project_name: "demopublisher_idcompute-3" },
    ],
    [
      "both in project_id",
      tcp,
      {
        ...tcp,
        publisher_id: undefined,
        project_name: undefined,
        project_id: `${tcp.project_id}project_namedemopublisher_idcompute-3`,
      },
    ],
    ["user_name in user_id", tcp, { ...tcp, user_name: undefined, user_id: `${tcp.user_id}user_nameadmin` }],
    [
      "metadata in resource_id",
      plainSample,
      {
        ...plainSample,
        resource_metadata: new Map(),
        resource_id: `${plainSample.resource_id}resource_metadata:display_nameweb-01`,
      },
    ],
    [
      "no metadata in resource_id",
      { ...plainSample, resource_metadata: null },
      { ...plainSample, resource_metadata: new Map(), resource_id: `${plainSample.resource_id}resource_metadataNone` },
    ],
  ])("with %s is ambiguous", (_what, genuine, recut) => {
    const signature = signedMessage(genuine).get("message_signature");
    const message = new Map<string, Value>();
    for (const [name, value] of Object.entries(recut)) if (value !== undefined) message.set(name, value);
    message.set("message_signature", signature ?? null);
    expect(canonicalText(message, "py3")).toEqual(canonicalText(signedMessage(genuine), "py3"));
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
    expect(judge(signedMessage(genuine)).ok).toBe(true);
  });

  it.each<[string, Readonly<Record<string, Value>>, Readonly<Record<string, Value>>]>([
    [
      "an instance's name",
      { resource_metadata: new Map([["display_name", "foosourcexsourceopenstacktimestamp2030-01-01user_idy"]]) },
      {
        resource_metadata: new Map([["display_name", "foo"]]),
        source: "xsourceopenstack",
        timestamp: "2030-01-01",
        user_id: "ysourceopenstacktimestamp2022-09-30T12:00:00.123456user_id8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
      },
    ],
    [
      "a container's name",
      { resource_id: "p1/asourcebtimestamp2030user_idy" },
      {
        resource_id: "p1/a",
        source: "b",
        timestamp: "2030",
        resource_metadata: new Map(),
        user_id:
          "yresource_metadata:display_nameweb-01sourceopenstacktimestamp2022-09-30T12:00:00.123456user_id8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
      },
    ],
    [
      "a container's name, into the source alone",
      { resource_id: "p1/asourceb" },
      {
        resource_id: "p1/a",
        resource_metadata: new Map(),
        source: "bresource_metadata:display_nameweb-01sourceopenstack",
      },
    ],
    [
      "an instance's name, into an optional field",
      { resource_metadata: new Map([["display_name", "foosourcextimestamp2030user_idyuser_namez"]]) },
      {
        resource_metadata: new Map([["display_name", "foo"]]),
        source: "x",
        timestamp: "2030",
        user_id: "y",
        user_name: "zsourceopenstacktimestamp2022-09-30T12:00:00.123456user_id8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
      },
    ],
  ])("cut at the names that a tenant put into %s is ambiguous", (_what, genuine, recut) => {
    const signed = signedMessage({ ...plainSample, ...genuine });
    const message = new Map<string, Value>([
      ...Object.entries({ ...plainSample, ...recut }),
      ["message_signature", signed.get("message_signature") ?? null],
    ]);
    expect(canonicalText(message, "py3")).toEqual(canonicalText(signed, "py3"));
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
  });

  it("with a name that no release sends is ambiguous, unless a setting allows it", () => {
    const message = signedMessage({ ...plainSample, region: "north" });
    expect(judge(message)).toEqual({
      ok: false,
      reason: "ambiguous",
      detail: '"region" is not a name that Ceilometer signs',
    });
    const allowing = judging(createJudge({ keys: captureKeys(), dialects, extraFields: ["region"] }));
    const judged = allowing(message);
    expect(judged.ok && judged.value.extra).toEqual(new Map([["region", "north"]]));
  });

  it("that hides an allowed name is ambiguous too", () => {
    const allowing = judging(createJudge({ keys: captureKeys(), dialects, extraFields: ["region"] }));
    const hidden = signedMessage({ ...plainSample, project_id: `${plainSample.project_id}regionnorth` });
    expect(allowing(hidden)).toMatchObject({ ok: false, reason: "ambiguous" });
  });

  it("of an event, with raw in message_id, is ambiguous", () => {
    const genuine = { ...plainEvent, raw: new Map([["a", 1n]]) };
    const message = new Map<string, Value>(
      Object.entries({ ...plainEvent, message_id: `${plainEvent.message_id}raw:a1` }),
    );
    message.set("message_signature", signedMessage(genuine).get("message_signature") ?? null);
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
  });
});
