import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DynamoDbServer, itemsIn, startDynamoDb } from "../support/dynamodb-server.ts";
import { record, run } from "../support/reading-commands.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

/** A bill was short by half, and nothing had said so: what a reading leaves out is said, and its exit code is 1. */

function samplesOf(hour: string, count: number) {
  return Array.from({ length: count }, (_, index) =>
    aSample({ time: `2022-09-30T${hour}:00:00.${String(index).padStart(6, "0")}Z`, message_id: `${hour}-${index}` }),
  );
}

const metered = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).samples);

describe("an S3 object was cut by 40 bytes", () => {
  let server: S3Server;
  let client: S3Client;
  let storage: string;
  let bucket = "";
  let buckets = 0;
  beforeAll(async () => {
    server = await startS3Server();
    client = server.client();
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });
  beforeEach(async () => {
    bucket = `bills-${++buckets}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    storage = `s3://${bucket}/log?endpoint=${server.endpoint}`;
  });
  afterEach(() => {
    server.fault = undefined;
  });

  async function cutObjects(how: (bytes: Uint8Array) => Uint8Array, folder = "samples"): Promise<readonly string[]> {
    const { Contents = [] } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `log/${folder}/dt=2022-09-30/hour=12/` }),
    );
    const keys = Contents.map(({ Key = "" }) => Key);
    for (const Key of keys) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = how((await Body?.transformToByteArray()) ?? new Uint8Array());
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes }));
    }
    return keys;
  }

  it("so meters show what is left, name the object and exit with 1; --strict shows nothing", async () => {
    await record(storage, [...samplesOf("12", 10), ...samplesOf("13", 10)]);
    const [key] = await cutObjects((bytes) => bytes.subarray(0, -40));
    const said = `not read: s3://${bucket}/${key}: unexpected end of file`;
    const { code, lines, errors } = await run(["meters"], storage, "--json");
    expect([code, metered(lines), errors]).toEqual([1, [10], [`countersign: ${said}`]]);
    const strict = await run(["meters"], storage, "--strict");
    expect(strict).toEqual({ code: 1, lines: [], errors: [`countersign meters: ${said}`] });
  });

  it("so events, resources and conflicts say it too", async () => {
    const event = anEvent({ time: "2022-09-30T12:00:00.000000Z" });
    await record(storage, [...samplesOf("12", 2), event]);
    await cutObjects(() => new Uint8Array());
    await cutObjects(() => Buffer.from("no gzip"), "events");
    for (const command of [["samples"], ["resources"], ["conflicts", "ls"]]) {
      const { code, errors } = await run(command, storage);
      expect([command, code, errors]).toEqual([command, 1, [expect.stringMatching(/unexpected end of file$/)]]);
    }
    const { code, errors } = await run(["events"], storage);
    expect([code, errors]).toEqual([1, [expect.stringMatching(/\/log\/events\/.*: incorrect header check$/)]]);
  });

  it("or was archived by a lifecycle rule: its neighbours are read", async () => {
    await record(storage, [...samplesOf("12", 3), ...samplesOf("13", 4)]);
    server.fault = ({ method, url }) =>
      method === "GET" && /hour(=|%3D)12/.test(url) ? { status: 403, code: "InvalidObjectState" } : undefined;
    const { code, lines, errors } = await run(["meters"], storage, "--json");
    expect([code, metered(lines), errors]).toEqual([
      1,
      [4],
      [expect.stringMatching(/^countersign: not read: s3:.*hour=12.*: it is archived: restore it first$/)],
    ]);
  });
});

describe("lines of a file are damaged", () => {
  let folder: TemporaryFolder;
  let path: string;
  let storage: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, "samples.jsonl");
    storage = pathToFileURL(path).href;
  });
  afterEach(() => folder.remove());

  async function damage(...numbers: readonly number[]): Promise<void> {
    const lines = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, lines.map((line, index) => (numbers.includes(index + 1) ? line.slice(9) : line)).join("\n"));
  }

  it("so every reading sums them up in one line and exits with 1, also where the file is gone through twice", async () => {
    await record(storage, [...samplesOf("12", 5), anEvent()]);
    await damage(2, 4);
    const said = expect.stringMatching(`^countersign: not read: 2 lines of ${path}, the first: ${path}:2: JSON: `);
    const readings = [["samples", "--limit", "9"], ["meters"], ["resources"], ["events"], ["conflicts", "ls"]];
    for (const command of [...readings, ["samples", "--project", "x"], ["meters", "--json"]]) {
      const { code, errors } = await run(command, storage);
      expect([command, code, errors]).toEqual([command, 1, [said]]);
    }
    expect(metered((await run(["meters"], storage, "--json")).lines)).toEqual([3]);
  });

  it("so --strict stops at the first", async () => {
    await record(storage, samplesOf("12", 5));
    await damage(2, 4);
    for (const command of [["samples"], ["meters"], ["resources"], ["events"], ["conflicts", "ls"]]) {
      const { code, lines, errors } = await run(command, storage, "--strict");
      const said = expect.stringMatching(`^countersign ${command[0]}: not read: ${path}:2: JSON: `);
      expect([code, lines, errors]).toEqual([1, [], [said]]);
    }
  });

  it("and nothing is said of a file that is whole", async () => {
    await record(storage, samplesOf("12", 5));
    const { code, errors } = await run(["meters"], storage, "--strict");
    expect([code, errors]).toEqual([0, []]);
  });

  it("so that what a settlement may not have seen is said when it settles", async () => {
    const [sample] = samplesOf("12", 1);
    if (sample === undefined) throw new Error("no sample");
    await record(storage, [sample, { ...sample, counter_volume: 7n }, aSample()]);
    await damage(3);
    const { lines } = await run(["conflicts", "ls"], storage, "--json");
    const { id, contents } = JSON.parse(lines[0] ?? "");
    const settling = ["--content", contents[0].content, "--reason", "seen", "--by", "me"];
    const settled = await run(["conflicts", "settle", id], storage, ...settling);
    expect([settled.code, settled.lines.length]).toEqual([1, 1]);
    expect(settled.errors.join()).toContain(`not read: 1 line of ${path}: ${path}:3: `);
  });
});

describe("an item in DynamoDB is damaged", () => {
  let server: DynamoDbServer;
  let table: string;
  let storage: string;
  beforeAll(async () => {
    server = await startDynamoDb();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    table = await server.freshTable();
    storage = `dynamodb://${table}?endpoint=${server.endpoint}`;
  });

  async function change(inTable: string, sortKey: RegExp, UpdateExpression: string): Promise<void> {
    const client = server.client();
    for (const { pk, sk } of await itemsIn(client, inTable)) {
      if (pk === undefined || sk === undefined || !sortKey.test(sk.S ?? "")) continue;
      await client.send(new UpdateItemCommand({ TableName: inTable, Key: { pk, sk }, UpdateExpression }));
    }
  }

  it("so the others are read, the item is named and the exit code is 1; --strict stops", async () => {
    await record(storage, [...samplesOf("12", 20), anEvent()]);
    await change(table, /#12-7#/, "REMOVE vol");
    const said = /not read: (1 item of )?table samples-\d+: the item \["s#cpu#.*12-7#.*"\] has no readable vol/;
    const { code, lines, errors } = await run(["meters"], storage, "--json");
    expect([code, metered(lines), errors]).toEqual([1, [19], [expect.stringMatching(said)]]);
    const strict = await run(["meters"], storage, "--json", "--strict");
    expect(strict).toEqual({ code: 1, lines: [], errors: [expect.stringMatching(said)] });
    await change(table, /./, "REMOVE body");
    const events = await run(["events"], storage, "--json");
    expect([events.code, events.lines, events.errors]).toEqual([1, [], [expect.stringMatching("no readable body")]]);
  });

  it("and holds the metadata of several samples: they are counted", async () => {
    await record(storage, [
      ...samplesOf("12", 3),
      ...samplesOf("13", 2).map((one) => ({ ...one, source: "elsewhere" })),
    ]);
    const client = server.client();
    const bodies = (await itemsIn(client, `${table}-resources`)).filter(({ body }) => body?.S?.includes("elsewhere"));
    expect(bodies).toHaveLength(1);
    await change(`${table}-resources`, new RegExp(`^${bodies[0]?.sk?.S}$`), "REMOVE body");
    const { code, lines, errors } = await run(["meters"], storage, "--json");
    const said = new RegExp(`not read: 2 items of table ${table}, the first: the item .*"v#.* has no readable body`);
    expect([code, metered(lines), errors]).toEqual([1, [3], [expect.stringMatching(said)]]);
  });
});
