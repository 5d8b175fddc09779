import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { planOf } from "../../lib/storage/dynamodb/layout/write-plan.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { toRow } from "../../lib/storage/rows/record-row.ts";
import { objectKey, partitionOf } from "../../lib/storage/s3/keys.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { anEvent, aSample, signedAgain } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { inFormat1 } from "./format-1.ts";
import { allOf, exactly, inOrder, recorded } from "./reading.ts";

let s3: S3Server;
let dynamodb: DynamoDbServer;
let folder: TemporaryFolder;
let file: string;
let place: string;
let number = 0;
const opened: StorageDriver[] = [];

beforeAll(async () => {
  s3 = await startS3Server();
  dynamodb = await startDynamoDb();
});
afterAll(async () => {
  await s3.close();
  await dynamodb.close();
});
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, "samples.jsonl");
  place = `place-${++number}`;
});
afterEach(async () => {
  for (const driver of opened.splice(0)) await driver.close();
  await folder.remove();
});

/** A storage by its URL, and how rows of format 1 and the mark of a later format get there. */
interface Place {
  readonly url: () => string;
  readonly writeFormat1: (records: readonly MeteringRecord[]) => Promise<void>;
  readonly takeOver: () => Promise<void>;
}

async function put(Key: string, Body: string | Uint8Array): Promise<void> {
  const client = s3.client();
  await client.send(new PutObjectCommand({ Bucket: place, Key, Body }));
  client.destroy();
}

const places: Readonly<Record<string, Place>> = {
  file: {
    url: () => pathToFileURL(file).href,
    writeFormat1: async (records) => appendFile(file, records.map((record) => `${inFormat1(record)}\n`).join("")),
    takeOver: async () => appendFile(file, `${toRow(aSample()).replace('"format":2', '"format":3')}\n`),
  },
  s3: {
    url: () => `s3://${place}/log?endpoint=${s3.endpoint}`,
    writeFormat1: async (records) => {
      for (const record of records) {
        const content = `${inFormat1(record)}\n`;
        await put(objectKey(partitionOf("log/", record), content), gzipSync(content));
      }
    },
    takeOver: () => put("log/format.json", '{"format":3}\n'),
  },
  dynamodb: {
    url: () => `dynamodb://${place}?endpoint=${dynamodb.endpoint}`,
    writeFormat1: async (records) => {
      for (const record of records) {
        const planned = planOf(record);
        if (!planned.ok) throw new Error(planned.detail);
        const { f: _, ...row } = planned.plan.row;
        const sk = { S: `${record.time}#${record.message_id}` };
        await putItem(place, { ...row, sk, ...(record.kind === "event" && { body: { S: inFormat1(record) } }) });
        for (const need of planned.plan.needs) await putItem(`${place}-resources`, need);
      }
    },
    takeOver: () => putItem(`${place}-resources`, { pk: { S: "format" }, sk: { S: "format" }, format: { N: "3" } }),
  },
};

async function putItem(TableName: string, Item: PutItemCommand["input"]["Item"]): Promise<void> {
  const client = dynamodb.client();
  await client.send(new PutItemCommand({ TableName, Item }));
  client.destroy();
}

async function openHere(url: string, readOnly = false): Promise<StorageDriver> {
  const storage = await openStorage(url, allDrivers, { readOnly });
  if (!storage.ok) throw new Error(storage.problem);
  opened.push(storage.driver);
  return storage.driver;
}

describe.each(Object.entries(places))("the format of a storage, %s,", (_name, { url, writeFormat1, takeOver }) => {
  const digestLike = `m#${"0123456789abcdef".repeat(2)}`;
  const old = [
    aSample({ message_id: digestLike, extra: new Map<string, Value>([["region", "west"]]) }),
    aSample({ dialect: "v2", message_signature: null }),
    anEvent({ message_id: digestLike }),
  ];

  it("is read in its first version, in which a key is an identity alone, and written over without a conflict", async () => {
    const writer = await openHere(url());
    await writeFormat1(old);
    const read = async () => [...(await allOf(writer.samples({}))), ...(await allOf(writer.events({})))];
    expect(inOrder(await read()).map(exactly)).toEqual(inOrder(old).map(exactly));
    expect((await read()).map(signedAgain)).toEqual((await read()).map((record) => record.message_signature));

    expect(await writer.record(old)).toEqual(recorded(3));
    expect(inOrder(await read()).map(exactly)).toEqual(inOrder(old).map(exactly));
    expect(await allOf(writer.conflicts({}))).toEqual([]);
  });

  it("keeps a row of the first version beside another content of its identity, as a conflict", async () => {
    const writer = await openHere(url());
    const genuine = aSample({ message_id: "a#b", counter_volume: 9n });
    const others = [aSample({ message_id: "a#b!" }), aSample({ message_id: "a#" }), aSample({ message_id: "a#b#c" })];
    await writeFormat1([genuine, ...others]);
    await writer.record([aSample({ message_id: "a#b", counter_volume: 1n }), ...others]);

    const standings = (await allOf(writer.samples({ limit: 9 }))).map((one) => [one.message_id, one.conflict]);
    expect(standings.sort()).toEqual([
      ["a#", undefined],
      ["a#b!", undefined],
      ["a#b#c", undefined],
      ["a#b", "counts"],
      ["a#b", "outdone"],
    ]);
  });

  it("is refused where a later release has taken it over, by writers and readers, in words that say what to do", async () => {
    await (await openHere(url())).record([aSample()]);
    await takeOver();
    const words = /is in storage format 3, and this release knows formats up to 2: use the release that wrote it/;

    expect(await openStorage(url(), allDrivers)).toEqual({
      ok: false,
      problem: expect.stringMatching(words),
      transient: false,
    });
    const reader = await openHere(url(), true);
    await expect(allOf(reader.samples({}))).rejects.toThrow(words);
    await expect(allOf(reader.conflicts({}))).rejects.toThrow(words);
    await expect(allOf(reader.events({}))).rejects.toThrow(words);
  });

  it("is marked once, by a writer, and known again", async () => {
    await openHere(url());
    await (await openHere(url())).record([aSample()]);
    expect(await allOf((await openHere(url(), true)).samples({}))).toHaveLength(1);
  });
});

describe("the format of a file", () => {
  it("is that of its last whole line, however long that is", async () => {
    const later = toRow(aSample({ source: "x".repeat(200_000) })).replace('"format":2', '"format":30');
    for (const text of [`${toRow(aSample())}\n${later}\n`, `${later}\n`, `${later}\n{"format":2,"cut`]) {
      await writeFile(file, text);
      expect(await openStorage(pathToFileURL(file).href, allDrivers)).toMatchObject({ ok: false });
      expect(await readFile(file, "utf8")).toMatch(/^\{/);
    }
    for (const text of ["", "\n", "{}", `${toRow(aSample())}\n`, "x".repeat(200_000)]) {
      await writeFile(file, text);
      await openHere(pathToFileURL(file).href);
    }
  });
});
