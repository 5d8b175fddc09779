import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleParser } from "../../lib/judge/parse/sample.ts";
import { createKeyring } from "../../lib/keys/keyring.ts";
import { identity } from "../../lib/sample/identity.ts";
import { toMessage } from "../../lib/sample/message.ts";
import type { Sample } from "../../lib/sample/sample.ts";
import { isValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { verify } from "../../lib/signature/legacy/verify.ts";
import { openDynamoDb } from "../../lib/storage/dynamodb/dynamodb.ts";
import { itemBytes } from "../../lib/storage/dynamodb/layout/limits.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { dialectOf } from "../support/dialect-of.ts";
import { watchCalls } from "../support/dynamodb-faults.ts";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../support/dynamodb-server.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { receipt } from "../support/v2-keys.ts";
import { allOf, exactly, inOrder, recorded } from "./reading.ts";

const secret = createSecretKey(Buffer.from("change this for valid signing"));
const fixtures = new URL("../fixtures/datagrams/", import.meta.url);
const files: readonly string[] = JSON.parse(readFileSync(new URL("manifest.json", fixtures), "utf8")).datagrams.map(
  ({ file }: { file: string }) => file,
);
const parse = sampleParser([]);
const samples = files.map(captured);

function captured(file: string): Sample {
  const decoded = decodeMsgpack(readFileSync(new URL(file, fixtures)));
  if (!decoded.ok || !isValueMap(decoded.value)) throw new Error(`${file} is not a message`);
  const verified = verify(decoded.value, {
    keyring: createKeyring([legacyKey("captures", secret)]),
    dialects: ["py3", "kilo", "icehouse"],
    receipt: receipt(),
  });
  if (!verified.ok) throw new Error(`${file}: ${verified.detail}`);
  const parsed = parse(decoded.value, verified.value);
  if (!parsed.ok) throw new Error(`${file}: ${parsed.detail}`);
  return parsed.value;
}

let server: DynamoDbServer;
/** With all captured samples in it, for tests that read. */
let filled: string;
beforeAll(async () => {
  server = await startDynamoDb();
  filled = await server.freshTable();
  await openDynamoDb({ client: server.client(), table: filled }).record(samples);
});
afterAll(() => server.close());

it.each([
  ["for ever", undefined],
  ["for 400 days", 400],
])("costs one write unit a captured sample that is kept %s", async (_name, retentionDays) => {
  const table = await server.freshTable();
  const client = server.client();
  const calls = watchCalls(client);
  const driver = openDynamoDb({ client, table, retentionDays });
  expect(await driver.record(samples)).toEqual(recorded(samples.length));

  const units = calls.map(({ writeUnits }) => writeUnits[table] ?? 0).reduce((sum, one) => sum + one, 0);
  expect(units).toBe(samples.length);
  // By our own count too, which takes text as the bytes that it is stored as.
  const rows = await itemsIn(client, table);
  expect(rows.map(itemBytes).filter((bytes) => bytes > 1_024)).toEqual([]);
});

it("writes each metadata version and each meter of the captures once", async () => {
  const table = await server.freshTable();
  const client = server.client();
  const calls = watchCalls(client);
  const driver = openDynamoDb({ client, table });
  for (const sample of samples) await driver.record([sample]);
  await driver.record(samples);

  const stored = await itemsIn(client, `${table}-resources`);
  const puts = calls.flatMap(({ puts }) => puts[`${table}-resources`] ?? []);
  expect(puts).toHaveLength(stored.length);
  expect(new Set(stored.map((item) => item.sk?.S?.slice(0, 2)))).toEqual(new Set(["v#", "m#"]));
});

it("reads back every captured sample, and its stored fields alone give its signature again", async () => {
  const readBack = await allOf(openDynamoDb({ client: server.client(), table: filled }).samples({}));
  expect(inOrder(readBack).map(exactly)).toEqual(inOrder(samples).map(exactly));
  expect(readBack.map((sample) => sign(toMessage(sample), secret, dialectOf(sample)))).toEqual(
    readBack.map((sample) => sample.message_signature),
  );
  const times = readBack.map(({ time }) => time);
  expect(times).toEqual(times.toSorted().reverse());
});

it("finds the captured samples of each meter, resource and project", async () => {
  const driver = openDynamoDb({ client: server.client(), table: filled });
  const read = async (filter: Parameters<typeof driver.samples>[0]) =>
    (await allOf(driver.samples(filter))).map(identity).sort();
  const those = (matches: (sample: Sample) => boolean) => samples.filter(matches).map(identity).sort();

  for (const meter of new Set(samples.map((sample) => sample.counter_name))) {
    expect(await read({ meter })).toEqual(those((sample) => sample.counter_name === meter));
  }
  for (const resource of new Set(samples.map((sample) => sample.resource_id))) {
    expect(await read({ resource })).toEqual(those((sample) => sample.resource_id === resource));
  }
  for (const project of new Set(samples.flatMap((sample) => sample.project_id ?? []))) {
    expect(await read({ project })).toEqual(those((sample) => sample.project_id === project));
  }
});
