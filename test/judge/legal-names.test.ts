import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJudge, type Judge } from "../../lib/judge/judge.ts";
import { type Dialect, dialects } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { isValueMap } from "../../lib/sample/value.ts";
import { captureKeys, datagrams, decodedMap } from "../support/fixtures.ts";
import { signedMessage } from "../support/messages.ts";
import { eventFields, sampleFields } from "../support/readings.ts";
import { receipt } from "../support/v2-keys.ts";

type Fields = Readonly<Record<string, Value | undefined>>;

/** What real publishers sent of each kind of resource, but for those volumes that are none. */
const captures: readonly Fields[] = datagrams()
  .map((bytes) => Object.fromEntries(decodedMap(bytes)))
  .filter(({ counter_volume: volume }) => typeof volume === "bigint" || Number.isFinite(volume));
const instance = captures.find(({ counter_name: meter }) => meter === "cpu") ?? {};
const account = captures.find(({ counter_name: meter }) => meter === "storage.objects") ?? {};

function judgeOf(allowed: readonly string[]): Judge {
  return createJudge({ keys: captureKeys(), dialects, extraFields: allowed });
}

/** Undefined for what is recorded; the reason for the rest. */
function refusal(judge: Judge, fields: Fields, dialect: Dialect = "py3"): string | undefined {
  const judged = judge.message(signedMessage(fields, dialect), receipt());
  return judged.ok ? undefined : `${judged.reason}: ${judged.detail}`;
}

/** The places of a tenant's text in what publishers send. */
const places: readonly (readonly [place: string, fields: (text: string) => Fields])[] = [
  ["a project's name", (text) => ({ ...instance, project_name: text, user_name: "ann" })],
  ["a project's name, by TCP", (text) => ({ ...instance, project_name: text, user_name: "ann", publisher_id: "c-3" })],
  ["a user's name", (text) => ({ ...instance, project_name: "acme", user_name: text })],
  ["a user's name, by TCP", (text) => ({ ...instance, project_name: "acme", user_name: text, publisher_id: "c-3" })],
  ["a container's name", (text) => container(text, {})],
  ["a container's name, with names", (text) => container(text, { project_name: "acme", user_name: "ann" })],
  ["a container's name, without metadata", (text) => container(text, { resource_metadata: null })],
  ["an instance's name", (text) => withMetadata("display_name", text)],
  ["the value of metadata", (text) => withMetadata("user_metadata", new Map([["key", text]]))],
  ["a name of metadata", (text) => withMetadata("user_metadata", new Map([[text, "value"]]))],
  ["a list in metadata", (text) => withMetadata("tags", [text])],
];

function container(name: string, others: Fields): Fields {
  return { ...account, ...others, resource_id: `AUTH_${account.project_id}/${name}` };
}

function withMetadata(name: string, value: Value): Fields {
  const metadata = instance.resource_metadata;
  const entries = isValueMap(metadata) ? [...metadata] : [];
  return {
    ...instance,
    resource_metadata: new Map<string, Value>([...entries, [name, value]]),
    project_name: "acme",
    user_name: "ann",
  };
}

const names = [...sampleFields, ...eventFields].map(({ name }) => name);

describe("a legal name does not make a sample free", () => {
  const judge = judgeOf([]);

  it.each(places)("in %s: every name of a field, alone and inside of another word", (_place, fields) => {
    const texts = names.flatMap((name) => [name, `my-${name}s-lab`, `${name}_backup`, `old ${name}`, `${name}:x`]);
    const refused = texts
      .filter((text) => !text.startsWith("resource_metadata:"))
      .map((text) => [text, refusal(judge, fields(text))]);
    expect(refused.filter(([, why]) => why !== undefined)).toEqual([]);
  });

  it.each<[what: string, fields: Fields]>([
    ["project", { ...instance, project_name: "publisher_id" }],
    ["project", { ...instance, project_name: "my-publisher_ids-lab" }],
    ["project's id", { ...instance, project_id: "my-publisher_ids-lab", publisher_id: "c-3" }],
    ["user", { ...instance, user_name: "user_id" }],
    ["user's id", { ...instance, user_id: "user_id" }],
    ["container", { ...account, resource_id: `${account.project_id}/resource_metadata` }],
    ["container", { ...account, resource_id: "resource_metadata_backup" }],
  ])("as that of a %s", (_what, fields) => {
    expect(refusal(judge, fields)).toBeUndefined();
  });

  it.each(["region", "cluster", "location", "organization", "zone", "tenant"])("with %s allowed", (extra) => {
    const allowing = judgeOf([extra]);
    for (const own of [undefined, "north"]) {
      const named = { ...instance, project_name: `${extra}-west`, user_name: `my ${extra}`, [extra]: own };
      expect(refusal(allowing, named)).toBeUndefined();
      expect(refusal(allowing, { ...container(`${extra}-west`, {}), [extra]: own })).toBeUndefined();
    }
  });
});

const RUNS = 10_000;
const seed = Number(process.env.NAMES_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`tenants' texts: seed ${seed}`);

it(`any text of a tenant's is recorded, in ${RUNS} samples like those that were captured (seed ${seed})`, () => {
  const judge = judgeOf([]);
  const text = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 64 }),
    fc.string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-_./: "), maxLength: 64 }),
    fc
      .array(
        fc.constantFrom(
          "user",
          "id",
          "name",
          "_",
          "project",
          "source",
          "time",
          "stamp",
          "resource",
          "meta",
          "data",
          "-",
        ),
        {
          maxLength: 6,
        },
      )
      .map((words) => words.join("")),
  );
  const capture = fc.constantFrom(...captures);
  fc.assert(
    fc.property(capture, text, text, text, text, fc.boolean(), (fields, project, user, name, value, tcp) => {
      const metadata = fields.resource_metadata;
      const changed: Fields = {
        ...fields,
        project_name: project,
        user_name: user,
        ...(tcp && { publisher_id: "compute-3" }),
        ...(fields.counter_name === "storage.objects" && { resource_id: `${fields.resource_id}/${name}` }),
        ...(isValueMap(metadata) &&
          metadata.size > 0 && {
            resource_metadata: new Map<string, Value>([...metadata, ["display_name", name], [`x${name}`, value]]),
          }),
      };
      expect(refusal(judge, changed)).toBeUndefined();
    }),
    { numRuns: RUNS, seed },
  );
});
