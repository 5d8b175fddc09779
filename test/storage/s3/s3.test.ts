import { gunzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { identity } from "../../../lib/sample/identity.ts";
import type { StorageDriver } from "../../../lib/storage/driver.ts";
import { toRow } from "../../../lib/storage/rows/record-row.ts";
import { objectKey } from "../../../lib/storage/s3/keys.ts";
import { openS3Log } from "../../../lib/storage/s3/s3.ts";
import { refusedToOperator } from "../../access/contract-calls.ts";
import { type RecordingProxy, startRecordingProxy } from "../../support/recording-proxy.ts";
import { type S3Server, startS3Server } from "../../support/s3-server.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { describeStorageContract } from "../contract.ts";
import { allOf, recorded } from "../reading.ts";

let server: S3Server;
let client: S3Client;
let bucket: string;
let buckets = 0;
/** The way to the server that the contract takes. */
let contract: RecordingProxy;

beforeAll(async () => {
  server = await startS3Server();
  contract = await startRecordingProxy(server.endpoint);
  client = server.client();
});
afterAll(async () => {
  client.destroy();
  await contract.close();
  await server.close();
});

async function newBucket(): Promise<string> {
  const name = `bucket-${++buckets}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return name;
}

describeStorageContract("s3", async () => {
  const name = await newBucket();
  const drivers: StorageDriver[] = [];
  const open = async () => {
    const driver = openS3Log({ client: server.client(contract.url), bucket: name, prefix: "countersign/log" });
    drivers.push(driver);
    return driver;
  };
  const close = async () => {
    for (const driver of drivers) await driver.close();
  };
  return { driver: await open(), reopen: open, close };
});

it("makes no call for all that the contract asks which an operator has no right to", () => {
  const standsFor = { construct: () => "SampleStorageLogBucket", prefix: "countersign/log/" };
  expect(contract.calls.length).toBeGreaterThan(100);
  expect(refusedToOperator(contract.calls, standsFor)).toEqual([]);
});

describe("the S3 log", () => {
  let driver: StorageDriver;
  const unreadable: string[] = [];

  beforeEach(async () => {
    bucket = await newBucket();
    unreadable.length = 0;
    const onUnreadable = (place: string, problem: string) => unreadable.push(`${place}: ${problem}`);
    driver = openS3Log({ client: server.client(), bucket, prefix: "log", onUnreadable });
    server.requests.length = 0;
  });
  afterEach(async () => {
    server.fault = undefined;
    await driver.close();
  });

  async function keys(): Promise<readonly string[]> {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key = "" }) => Key);
  }

  async function content(key: string): Promise<string> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return gunzipSync((await Body?.transformToByteArray()) ?? "").toString("utf8");
  }

  function requestsOf(method: string): readonly string[] {
    return server.requests.filter((request) => request.startsWith(`${method} `));
  }

  it("writes one object for each hour and kind of a batch, by the records' own time", async () => {
    const first = aSample({ time: "2022-09-30T12:59:59.999999Z", message_id: "1" });
    const second = aSample({ time: "2022-09-30T12:00:00.000000Z", message_id: "2" });
    const third = aSample({ time: "2022-09-30T13:00:00.000000Z", message_id: "3" });
    const event = anEvent({ time: "2022-10-01T00:00:00.000000Z" });
    expect(await driver.record([first, event, third, second])).toEqual(recorded(4));
    const rows = (...records: Parameters<typeof toRow>[0][]) => records.map((record) => `${toRow(record)}\n`).join("");
    const expected = [
      ["log/events/dt=2022-10-01/hour=00/", rows(event)],
      ["log/samples/dt=2022-09-30/hour=12/", rows(second, first)],
      ["log/samples/dt=2022-09-30/hour=13/", rows(third)],
    ] as const;
    expect(await keys()).toEqual(expected.map(([partition, text]) => objectKey(partition, text)));
    expect(await Promise.all((await keys()).map(content))).toEqual(expected.map(([, text]) => text));
  });

  it("names an object by the SHA-256 of its content", () => {
    expect(objectKey("samples/dt=2022-09-30/hour=12/", "")).toBe(
      "samples/dt=2022-09-30/hour=12/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.jsonl.gz",
    );
  });

  it("writes the same object for a batch that comes again in another order, with duplicates", async () => {
    const [one, two] = [aSample(), aSample()];
    await driver.record([one, two]);
    await driver.record([two, one, two]);
    expect(await keys()).toHaveLength(1);
  });

  it("writes below the bucket itself without a prefix", async () => {
    const other = openS3Log({ client: server.client(), bucket });
    await other.record([aSample()]);
    expect((await keys())[0]).toMatch(/^samples\/dt=2022-09-30\/hour=12\/[0-9a-f]{64}\.jsonl\.gz$/);
    expect(await allOf(other.samples({}))).toHaveLength(1);
    await other.close();
  });

  it("takes an object that is there already for stored", async () => {
    const written = new Set<string>();
    const statuses: number[] = [];
    const conditions = new Set<unknown>();
    server.fault = ({ method, url, headers }) => {
      if (method !== "PUT") return undefined;
      conditions.add(headers["if-none-match"]);
      const there = written.has(url);
      written.add(url);
      statuses.push(there ? 412 : 200);
      return there ? { status: 412, code: "PreconditionFailed" } : undefined;
    };
    const sample = aSample();
    expect(await driver.record([sample])).toEqual(recorded(1));
    expect(await driver.record([sample])).toEqual(recorded(1));
    expect(statuses).toEqual([200, 412]);
    expect(conditions).toEqual(new Set(["*"]));
    expect(await allOf(driver.samples({}))).toEqual([sample]);
  });

  it("tries again when another writer of the same object is at work", async () => {
    const statuses = [409, 409, 200];
    server.fault = () => (statuses.shift() === 409 ? { status: 409, code: "ConditionalRequestConflict" } : undefined);
    expect(await driver.record([aSample()])).toEqual(recorded(1));
    expect(statuses).toEqual([]);
  });

  it("gives up when the conflict does not end", async () => {
    server.fault = () => ({ status: 409, code: "ConditionalRequestConflict" });
    const [answer] = await driver.record([aSample()]);
    expect(answer).toMatchObject({ kind: "failed", cause: { name: "ConditionalRequestConflict" } });
    expect(requestsOf("PUT")).toHaveLength(5);
  });

  it("fails the records of the hour whose put failed, and no others", async () => {
    server.fault = ({ url }) => (url.includes("hour%3D13") || url.includes("hour=13") ? denied : undefined);
    const answers = await driver.record([
      aSample({ time: "2022-09-30T12:00:00.000000Z" }),
      aSample({ time: "2022-09-30T13:00:00.000000Z" }),
      aSample({ time: "2022-09-30T14:00:00.000000Z" }),
      aSample({ time: "2022-09-30T13:30:00.000000Z" }),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(["recorded", "failed", "recorded", "failed"]);
    expect(answers[1]).toMatchObject({ cause: { name: "AccessDenied" } });
  });

  it("fails everything where there is no bucket", async () => {
    const other = openS3Log({ client: server.client(), bucket: "absent" });
    expect(await other.record([aSample(), anEvent()])).toMatchObject([
      { kind: "failed", cause: { name: "NoSuchBucket" } },
      { kind: "failed", cause: { name: "NoSuchBucket" } },
    ]);
    await other.close();
  });

  it("fails when nobody answers", async () => {
    const gone = await startS3Server();
    const other = openS3Log({ client: gone.client(), bucket });
    await gone.close();
    expect(await other.record([aSample()])).toMatchObject([{ kind: "failed", cause: { code: "ECONNREFUSED" } }]);
    await other.close();
  });

  it("makes no call for an empty batch, nor to read nothing", async () => {
    await driver.record([]);
    expect(await allOf(driver.samples({ limit: 0 }))).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  it("reads no further than asked for", async () => {
    const times = ["2022-09-29T23", "2022-09-30T10", "2022-09-30T11"];
    const samples = times.map((hour) => aSample({ time: `${hour}:00:00.000000Z` }));
    await driver.record(samples);
    server.requests.length = 0;
    expect(await allOf(driver.samples({ limit: 1 }))).toEqual([samples[2]]);
    // The log's format, once; the days, the newest day's keys, and one object.
    expect(requestsOf("GET")).toEqual([
      `GET /${bucket}/log/format.json`,
      `GET /${bucket}/`,
      `GET /${bucket}/`,
      expect.stringContaining("/log/samples/dt=2022-09-30/hour=11/"),
    ]);
  });

  it("reads only the hours that a time range touches", async () => {
    const hours = ["2022-09-29T23", "2022-09-30T10", "2022-09-30T11", "2022-10-01T00"];
    await driver.record(hours.map((hour) => aSample({ time: `${hour}:30:00.000000Z` })));
    server.requests.length = 0;
    const range = { from: "2022-09-30T10:30:00.000000Z", to: "2022-09-30T11:00:00.000000Z" };
    expect((await allOf(driver.samples(range))).map(({ time }) => time)).toEqual(["2022-09-30T10:30:00.000000Z"]);
    expect(server.requests.filter((request) => request.endsWith(".gz"))).toEqual([
      expect.stringContaining("dt=2022-09-30/hour=10"),
    ]);
  });

  it("reads a record once that lies in several objects", async () => {
    const [one, two, three] = [aSample(), aSample(), aSample()];
    for (const batch of [
      [one, two],
      [two, three],
      [three, one, two],
    ])
      await driver.record(batch);
    expect(await keys()).toHaveLength(3);
    expect((await allOf(driver.samples({}))).map(identity).sort()).toEqual([one, two, three].map(identity).sort());
    expect(await allOf(driver.samples({ limit: 2 }))).toHaveLength(2);
  });

  it("reads more objects than one page lists", async () => {
    const small = openS3Log({ client: smallPages(server.client()), bucket, prefix: "log" });
    const samples = Array.from({ length: 9 }, (_, day) =>
      [0, 1].map((n) => aSample({ time: `2022-09-0${day + 1}T12:00:00.00000${n}Z` })),
    );
    for (const sample of samples.flat()) await driver.record([sample]);
    expect((await allOf(small.samples({}))).map(identity)).toEqual(samples.flat().reverse().map(identity));
    await small.close();
  });

  it("skips objects that are not its own, and reports those it can't read", async () => {
    const sample = aSample();
    await driver.record([sample]);
    const hour = "log/samples/dt=2022-09-30/hour=12/";
    const broken = objectKey(hour, "broken");
    for (const Key of [`${hour}notes.txt`, "log/samples/readme", "log/samples/dt=today/x", broken]) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "not gzip" }));
    }
    expect(await allOf(driver.samples({}))).toEqual([sample]);
    expect(unreadable).toEqual([`${broken}: incorrect header check`]);
  });

  it("goes on where an object expired after it was listed", async () => {
    const [late, early] = [aSample({ time: "2022-09-30T13:00:00.000000Z" }), aSample()];
    await driver.record([early, late]);
    const [first = ""] = await keys();
    const read = [];
    for await (const sample of driver.samples({})) {
      read.push(sample);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: first }));
    }
    expect(read).toEqual([late]);
  });

  it("lets a reader know that the service refused", async () => {
    server.fault = () => denied;
    await expect(allOf(driver.samples({}))).rejects.toMatchObject({ name: "AccessDenied" });
  });
});

const denied = { status: 403, code: "AccessDenied" };

/** A client that asks for two keys a page, as if a bucket held many thousands. */
function smallPages(of: S3Client): S3Client {
  of.middlewareStack.add(
    (next) => (args) => {
      if ("Prefix" in args.input) Object.assign(args.input, { MaxKeys: 2 });
      return next(args);
    },
    { step: "initialize" },
  );
  return of;
}
