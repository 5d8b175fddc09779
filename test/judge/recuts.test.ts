import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { captureJudge, captureKeys } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";
import { receipt } from "../support/v2-keys.ts";

const judge = judging(captureJudge());

/** Other fields under the signature of a genuine message. */
function reSent(
  genuine: Readonly<Record<string, Value | undefined>>,
  recut: Readonly<Record<string, Value | undefined>>,
): ValueMap {
  const message = new Map<string, Value>();
  for (const [name, value] of Object.entries(recut)) if (value !== undefined) message.set(name, value);
  return message.set("message_signature", signedMessage(genuine).get("message_signature") ?? null);
}

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
      "both in project_id",
      tcp,
      {
        ...tcp,
        publisher_id: undefined,
        project_name: undefined,
        project_id: `${tcp.project_id}project_namedemopublisher_idcompute-3`,
      },
    ],
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

  it.each<[string, Readonly<Record<string, Value | undefined>>, string]>([
    [
      "publisher_id in project_name",
      { ...tcp, publisher_id: undefined, project_name: "demopublisher_idcompute-3" },
      "project_name contains the name publisher_id, which it could have swallowed",
    ],
    [
      "user_name in user_id",
      { ...tcp, user_name: undefined, user_id: `${tcp.user_id}user_nameadmin` },
      "user_id contains the name user_name, which it could have swallowed",
    ],
  ])("with %s is the same for the bill, and recorded with a mark", (_what, recut, detail) => {
    const judged = captureJudge().message(reSent(tcp, recut), receipt());
    expect(judged.ok && judged.value.mark).toBe(`${detail} (project "${tcp.project_id}")`);
  });

  it.each<[string, Readonly<Record<string, Value | undefined>>, Readonly<Record<string, Value | undefined>>]>([
    [
      "a resource out of a project's name",
      { ...tcp, publisher_id: undefined, project_name: "acmeresource_idvm-of-anotherresource_metadata:a" },
      {
        ...tcp,
        publisher_id: undefined,
        project_name: "acme",
        resource_id: "vm-of-another",
        resource_metadata: new Map([
          ["a", `resource_id${tcp.resource_id}`],
          ["display_name", "web-01"],
        ]),
      },
    ],
    [
      "a time out of a user's name",
      { ...plainSample, user_name: "xsourceytimestamp2030user_idz" },
      {
        ...plainSample,
        resource_metadata: new Map([
          [
            "display_name",
            `web-01sourceopenstacktimestamp${plainSample.timestamp}user_id${plainSample.user_id}user_namex`,
          ],
        ]),
        source: "y",
        timestamp: "2030",
        user_id: "z",
      },
    ],
  ])("with %s is ambiguous, as is what the publisher sent", (_what, genuine, recut) => {
    const message = reSent(genuine, recut);
    expect(canonicalText(message, "py3")).toEqual(canonicalText(signedMessage(genuine), "py3"));
    expect(judge(message)).toMatchObject({ ok: false, reason: "ambiguous" });
    expect(judge(signedMessage(genuine))).toMatchObject({ ok: false, reason: "ambiguous" });
  });

  it("with a volume out of a project's name is ambiguous, what the publisher sent is not", () => {
    const genuine = { ...plainSample, project_name: "xcounter_volume9message_idmproject_idp" };
    const { message_id: id, project_id: project } = plainSample;
    const recut = {
      ...withoutMonotonic,
      counter_unit: `nscounter_volume130000000000message_id${id}monotonic_time71234.902137612project_id${project}project_namex`,
      counter_volume: 9n,
      message_id: "m",
      project_id: "p",
    };
    expect(canonicalText(reSent(genuine, recut), "py3")).toEqual(canonicalText(signedMessage(genuine), "py3"));
    expect(judge(reSent(genuine, recut))).toMatchObject({ ok: false, reason: "ambiguous" });
    expect(judge(signedMessage(genuine)).ok).toBe(true);
  });

  it.each<[string, Value, Value]>([
    ["a map", new Map([["a", "b"]]), new Map([["z", "sourceopenstack"]])],
    ["text", "b", "z"],
  ])("with an allowed field behind the user that is %s is ambiguous", (_what, zone, tenants) => {
    const allowing = judging(createJudge({ keys: captureKeys(), dialects, extraFields: ["zone"] }));
    const chosen = `xsourceytimestamp2030user_idzzone${tenants instanceof Map ? ":z" : "z"}`;
    const genuine = { ...plainSample, resource_metadata: new Map([["display_name", chosen]]), zone };
    const rest = `sourceopenstacktimestamp${plainSample.timestamp}user_id${plainSample.user_id}zone${zone instanceof Map ? ":ab" : zone}`;
    const recut = {
      ...plainSample,
      resource_metadata: new Map([["display_name", "x"]]),
      source: "y",
      timestamp: "2030",
      user_id: "z",
      zone: tenants instanceof Map ? new Map([["z", rest]]) : `z${rest}`,
    };
    expect(canonicalText(reSent(genuine, recut), "py3")).toEqual(canonicalText(signedMessage(genuine), "py3"));
    expect(allowing(reSent(genuine, recut))).toMatchObject({ ok: false, reason: "ambiguous" });
    expect(allowing(signedMessage(genuine)).ok).toBe(true);
  });

  it("with a name that no release sends is ambiguous, unless a setting allows it", () => {
    const message = signedMessage({ ...plainSample, region: "north" });
    expect(judge(message)).toEqual({
      ok: false,
      reason: "ambiguous",
      detail: '"region" is not a name that Ceilometer signs',
      signature: message.get("message_signature"),
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

  it("of an event, cut at the names in its raw notification, is ambiguous", () => {
    const genuine = { ...plainEvent, raw: new Map([["a", "xgenerated2030message_idmraw:b"]]) };
    const { message_id: id, generated } = plainEvent;
    const recut = {
      ...plainEvent,
      event_type: `image.uploadgenerated${generated}message_id${id}raw:ax`,
      generated: "2030",
      message_id: "m",
      raw: new Map([["b", ""]]),
    };
    expect(canonicalText(reSent(genuine, recut), "py3")).toEqual(canonicalText(signedMessage(genuine), "py3"));
    expect(judge(reSent(genuine, recut))).toMatchObject({ ok: false, reason: "ambiguous" });
    expect(judge(signedMessage(genuine)).ok).toBe(true);
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
