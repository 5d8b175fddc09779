import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { type Dialect, dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { captureKeys } from "../support/fixtures.ts";
import { plainEvent, plainSample, signedMessage } from "../support/messages.ts";
import { eventFields, readings, sampleFields } from "../support/readings.ts";
import { receipt } from "../support/v2-keys.ts";

type Fields = Readonly<Record<string, Value | undefined>>;

type Template = readonly [what: string, fields: Fields, allowed?: readonly string[]];

function whole([what, fields, allowed = []]: Template) {
  return [what, fields, allowed] as const;
}

interface Found {
  /** Ways to read the text. */
  readings: number;
  /** Of them, those that would be another identity, time, volume or project. */
  others: number;
  /** Of those, refused or recorded with a mark. */
  flagged: number;
  /** Of those, neither. */
  readonly unflagged: string[];
}

const project = plainSample.project_id;
const container = `AUTH_${project}/`;
const sample: Fields = { ...plainSample, project_name: "acme", user_name: "ann" };
const bare: Fields = { ...sample, resource_metadata: new Map(), project_name: undefined, user_name: undefined };

/** What a tenant would have to write, field by field. */
const samples: readonly Template[] = [
  ["nothing", sample],
  ["nothing, by TCP", { ...sample, publisher_id: "compute-3" }],
  ["nothing, without metadata", bare],
  ["no metadata at all", { ...bare, resource_metadata: null }],
  [
    "a whole head in the project's name",
    { ...sample, project_name: "xcounter_typegaugecounter_unitBcounter_volume9message_idmproject_idp" },
  ],
  ["a volume in the project's name", { ...sample, project_name: "xcounter_volume9message_idmproject_idp" }],
  ["a message id in the project's name", { ...sample, project_name: "xmessage_idmproject_idp" }],
  ["a project in the project's name", { ...sample, project_name: "xproject_idp" }],
  ["the project's name in itself", { ...sample, project_name: "xproject_namey" }],
  ["a publisher in the project's name", { ...sample, project_name: "xpublisher_idy", publisher_id: "compute-3" }],
  ["a resource in the project's name", { ...sample, project_name: "my-resource_ids-lab" }],
  ["a resource in the project's name, by TCP", { ...sample, project_name: "my-resource_ids", publisher_id: "c" }],
  [
    "a resource with metadata in the project's name",
    { ...sample, project_name: "acmeresource_idvm-of-anotherresource_metadata:k" },
  ],
  [
    "a resource of a uuid's length in the project's name",
    { ...sample, project_name: `acmeresource_id${plainSample.resource_id}resource_metadata:k` },
  ],
  [
    "everything up to the user in the project's name",
    { ...sample, project_name: "aresource_idbsourcectimestamp2030user_iddeuser_namef" },
  ],
  ["metadata in a container's name", { ...sample, resource_id: `${container}aresource_metadata:bc` }],
  ["metadata in a container's name and none", { ...bare, resource_id: `${container}aresource_metadata:bc` }],
  ["no metadata in a container's name", { ...bare, resource_id: `${container}aresource_metadataNone` }],
  ["a resource in a container's name", { ...sample, resource_id: `${container}resource_ids` }],
  ["a source in a container's name", { ...bare, resource_id: `${container}asourceb` }],
  ["a run in a container's name", { ...bare, resource_id: `${container}asourcebtimestamp2030user_idy` }],
  [
    "a run and a user's name in a container's name",
    { ...bare, resource_id: `${container}asourcebtimestamp2030user_idyuser_namez` },
  ],
  [
    "a project and a resource in a container's name",
    { ...sample, resource_id: `${container}aproject_idbproject_namecresource_idd` },
  ],
  ["a source in the metadata", { ...sample, resource_metadata: new Map([["display_name", "xsourcey"]]) }],
  [
    "a run in the metadata",
    { ...sample, resource_metadata: new Map([["display_name", "xsourceytimestamp2030user_idz"]]) },
  ],
  [
    "a run and a user's name in the metadata",
    { ...sample, resource_metadata: new Map([["display_name", "xsourceytimestamp2030user_idzuser_namew"]]) },
  ],
  [
    "a run without a source in the metadata",
    { ...sample, resource_metadata: new Map([["display_name", "xtimestamp2030user_idzuser_namew"]]) },
  ],
  [
    "a run over two entries of the metadata",
    {
      ...sample,
      resource_metadata: new Map([
        ["asourceb", "timestamp2030user_idx"],
        ["b", "user_namey"],
      ]),
    },
  ],
  ["a resource in the metadata", { ...sample, resource_metadata: new Map([["resource_id", "vm-7"]]) }],
  [
    "a resource near the metadata's beginning",
    { ...sample, resource_id: "vm", resource_metadata: new Map([["resource_id", "vm-7"]]) },
  ],
  ["a run in the user's name", { ...sample, user_name: "xsourceytimestamp2030user_idz" }],
  [
    "two runs in the user's name",
    { ...sample, user_name: "xsourceytimestamp2030user_idzsourceatimestamp2031user_idb" },
  ],
  ["a user in the user's name", { ...sample, user_name: "xuser_idyuser_namez" }],
  ["a region in the project's name", { ...sample, project_name: "region-west" }, ["region"]],
  [
    "a region in the project's name, and one of its own",
    { ...sample, project_name: "region-west", region: "north" },
    ["region"],
  ],
  ["a resource behind a region", { ...sample, project_name: "aresource_idb", region: "north" }, ["region"]],
  ["a site in a container's name", { ...bare, resource_id: `${container}website` }, ["site"]],
  [
    "a site in a container's name, and one of its own",
    { ...bare, resource_id: `${container}website`, site: "west" },
    ["site"],
  ],
  ["a zone in the user's name", { ...sample, user_name: "xzoney" }, ["zone"]],
  [
    "a zone that is a map, in the metadata",
    { ...sample, resource_metadata: new Map([["display_name", "xsourceytimestamp2030user_idzzone:k"]]) },
    ["zone"],
  ],
  [
    "a zone in the metadata, and one that is a map",
    {
      ...sample,
      resource_metadata: new Map([["display_name", "xsourceytimestamp2030user_idzzonek"]]),
      zone: new Map([["a", "b"]]),
    },
    ["zone"],
  ],
  ["a cluster in front of all", { ...sample, cluster: "c1", project_name: "xcounter_namey" }, ["cluster"]],
  ["a host between time and user", { ...sample, type: "a", user_name: "xsourceytimestamp2030typebuser_idz" }, ["type"]],
];

const raw = (text: string) => ({ ...plainEvent, raw: new Map([["a", text]]) });
const traits = (...values: readonly string[]) => ({
  ...plainEvent,
  traits: values.map((value, index) => [`t${index}`, 1n, value]),
});
const events: readonly Template[] = [
  ["nothing", plainEvent],
  ["a head in raw", raw("xgenerated2030message_idm")],
  ["a head with raw in raw", raw("xgenerated2030message_idmraw:b")],
  ["a list in raw", raw("xtraits[]")],
  ["a head and a list in raw", raw("xgenerated2030message_idmtraits[[b'a', 1, b'b']]")],
  ["no raw in raw", raw("rawNone")],
  ["a list in a trait", traits("xtraits[]")],
  ["a list with quotes in a trait", traits(`xtraits[[b'a', 1, b"`, `'`)],
  ["a head in a trait", traits("xgenerated2030message_idmtraits[[b'a', 1, b'b")],
  ["lists in traits", traits(`traits[[b"n", 1, `, `'], [b`, "traits[")],
  ["a request in raw", raw("xrequesty"), ["request"]],
  ["a request in raw and one of its own", { ...raw("xrequesty"), request: "r" }, ["request"]],
];

/** What tenants' texts are made of at random: names, and what would let them pass. */
const piece = fc.constantFrom(
  ...sampleFields.map(({ name }) => name),
  ...eventFields.map(({ name }) => name),
  ..."a b / : None [] ' \" 2030 2031-01-01 9 1.5 gauge resource_metadata: raw: traits[ region zone x- é".split(" "),
  String(project),
  "sourceatimestamp2030user_idb",
  "resource_idvmresource_metadata:k",
);
const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(""));
/** Names of fields are ASCII, or Icehouse could not sign them. */
const entries = fc.dictionary(
  text.map((name) => name.replaceAll("é", "e")),
  text,
  { maxKeys: 2 },
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const allowedNames = fc.constantFrom<readonly string[]>([], [], ["region"], ["zone"], ["region", "site", "zone"]);
const anySample = fc
  .record({
    project_name: maybe(text),
    publisher_id: fc.constantFrom(undefined, "compute-3"),
    user_name: maybe(text),
    suffix: fc.constantFrom("", "/").chain((slash) => text.map((chosen) => (slash === "" ? "" : slash + chosen))),
    metadata: fc.oneof(fc.constant(null), entries),
    allowed: allowedNames,
    extra: fc.constantFrom("north", undefined),
  })
  .map(({ suffix, metadata, allowed, extra, ...fields }) => ({
    allowed,
    fields: {
      ...plainSample,
      ...fields,
      resource_id: suffix === "" ? plainSample.resource_id : `AUTH_${project}${suffix}`,
      resource_metadata: metadata && new Map(Object.entries(metadata)),
      ...Object.fromEntries(allowed.map((name) => [name, extra])),
    },
  }));
const anyEvent = fc
  .record({
    raw: maybe(entries),
    traits: fc.array(text, { maxLength: 3 }),
    allowed: fc.constantFrom<readonly string[]>([], ["request"]),
  })
  .map(({ raw, traits, allowed }) => ({
    allowed,
    fields: {
      ...plainEvent,
      raw: raw && new Map(Object.entries(raw)),
      traits: traits.map((value, index) => [`t${index}`, 1n, value]),
    },
  }));

const runs = Number(process.env.RECUT_RUNS ?? 100);
const seed = Number(process.env.RECUT_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`re-cuts: seed ${seed}`);

/** Everything that a genuine message's text could be, before a judge that knows nothing of the genuine one. */
function search(fields: Fields, allowed: readonly string[], dialect: Dialect): Found {
  const genuine = signedMessage(fields, dialect);
  const canonical = canonicalText(genuine, dialect);
  if (canonical.kind !== "text") throw new Error("can't be signed");
  const judge = createJudge({ keys: captureKeys(), dialects: [dialect], extraFields: allowed });
  const known = fields.event_type === undefined ? sampleFields : eventFields;
  const all = readings(canonical.text, { fields: known, allowed }, dialect);
  const found: Found = { readings: all.length, others: 0, flagged: 0, unflagged: [] };
  for (const reading of all) {
    const message = asSent(reading, genuine);
    expect(canonicalText(message, dialect)).toEqual(canonical);
    if (billedOf(message) === billedOf(genuine)) continue;
    found.others++;
    const judged = judge.message(message, receipt());
    if (judged.ok && judged.value.mark === undefined) found.unflagged.push(JSON.stringify(Array.from(reading, String)));
    else found.flagged++;
    if (!judged.ok) expect(judged).toMatchObject({ reason: "ambiguous" });
  }
  return found;
}

/** With what an empty map leaves no trace of, and the genuine one's signature. */
function asSent(reading: ValueMap, genuine: ValueMap): ValueMap {
  const message = new Map<string, Value>(reading.has("counter_name") ? [["resource_metadata", new Map()]] : []);
  for (const [name, value] of reading) message.set(name, value);
  return message.set("message_signature", genuine.get("message_signature") ?? null);
}

function billedOf(message: ValueMap): string {
  const names = message.has("counter_name")
    ? ["counter_name", "resource_id", "timestamp", "message_id", "counter_volume", "project_id"]
    : ["event_type", "generated", "message_id"];
  return JSON.stringify(names.map((name) => String(message.get(name))));
}

describe.each(dialects)("every reading of a signed text in %s", (dialect) => {
  it.each(samples.map(whole))("that would be another sample is flagged, with %s", (_what, fields, allowed) => {
    const found = search(fields, allowed, dialect);
    expect(found.unflagged).toEqual([]);
    expect(found.readings).toBeGreaterThan(0);
  });

  it.each(events.map(whole))("that would be another event is flagged, with %s", (_what, fields, allowed) => {
    const found = search(fields, allowed, dialect);
    expect(found.unflagged).toEqual([]);
    expect(found.readings).toBeGreaterThan(0);
  });

  it(`that would be another one is flagged, with any text of a tenant (seed ${seed})`, () => {
    let others = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 4, arbitrary: anySample }, { weight: 1, arbitrary: anyEvent }),
        ({ fields, allowed }) => {
          const found = search(fields, allowed, dialect);
          others += found.others;
          expect(found.unflagged).toEqual([]);
        },
      ),
      { numRuns: runs, seed },
    );
    expect(others).toBeGreaterThan(runs);
  });
});
