import { appendFile, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import type { OpenOptions } from "../../lib/storage/storage-kind.ts";
import { type DynamoDbServer, startDynamoDb } from "../support/dynamodb-server.ts";
import { freePort } from "../support/free-port.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { allOf, recorded } from "./reading.ts";

/** `memory:, file:///PATH or s3://BUCKET/PREFIX` */
const FORMS = allDrivers
  .map(({ form }, index) => (index === allDrivers.length - 1 ? ` or ${form}` : index === 0 ? form : `, ${form}`))
  .join("");

let s3: S3Server;
let dynamodb: DynamoDbServer;
let folder: TemporaryFolder;
let file: string;
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
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const driver of opened.splice(0)) await driver.close();
  await folder.remove();
});

async function openedAt(urls: string, options?: OpenOptions): Promise<StorageDriver> {
  const storage = await openStorage(urls, allDrivers, options);
  if (!storage.ok) throw new Error(storage.problem);
  opened.push(storage.driver);
  return storage.driver;
}

async function problemOf(urls: string, options?: OpenOptions): Promise<string | undefined> {
  const storage = await openStorage(urls, allDrivers, options);
  if (!storage.ok) return storage.problem;
  await storage.driver.close();
  return undefined;
}

describe("openStorage", () => {
  it("opens what each URL names, and reads back from it", async () => {
    const urls: [string, string][] = [
      ["memory:", "memory"],
      [pathToFileURL(file).href, "file"],
      [`${pathToFileURL(file).href}?max_bytes=1000000&backup_count=3`, "file"],
      [`dynamodb://samples?endpoint=${dynamodb.endpoint}`, "dynamodb"],
      [
        `dynamodb://kept?endpoint=${dynamodb.endpoint}&region=eu-central-1&resources=kept.r&retention_days=400`,
        "dynamodb",
      ],
      [`s3://bucket?endpoint=${s3.endpoint}`, "s3"],
      [`s3://other-bucket/a/prefix/?endpoint=${s3.endpoint}&region=eu-central-1`, "s3"],
    ];
    for (const [url, name] of urls) {
      const driver = await openedAt(url);
      const sample = aSample();
      expect([url, driver.name, await driver.record([sample])]).toEqual([url, name, recorded(1)]);
      const ids = (await allOf(driver.samples({}))).map((one) => one.message_id);
      expect([url, ids.includes(sample.message_id)]).toEqual([url, true]);
    }
  });

  it("opens several as one, which reads from the first", async () => {
    const driver = await openedAt(`memory: , ${pathToFileURL(file).href},s3://bucket/fan?endpoint=${s3.endpoint}`);
    expect(driver.name).toBe("memory+file+s3");
    const [sample, event] = [aSample(), anEvent()];
    expect(await driver.record([sample, event])).toEqual(recorded(2));
    expect(await allOf(driver.samples({}))).toEqual([sample]);
    expect((await readFile(file, "utf8")).split("\n")).toHaveLength(3);
  });

  it("uses the prefix as it was meant", async () => {
    s3.requests.length = 0;
    const driver = await openedAt(`s3://bucket/a%20b/c?endpoint=${s3.endpoint}`);
    await driver.record([aSample()]);
    expect(s3.requests.at(-1)).toMatch(/^PUT \/bucket\/a b\/c\/samples\/dt=/);
  });

  it("opens what is there already", async () => {
    for (const url of [`s3://again?endpoint=${s3.endpoint}`, `dynamodb://again?endpoint=${dynamodb.endpoint}`]) {
      const sample = aSample();
      await (await openedAt(url)).record([sample]);
      expect((await allOf((await openedAt(url)).samples({}))).map((one) => one.message_id)).toEqual([
        sample.message_id,
      ]);
    }
  });

  it("says that a bucket is missing which is not its own to make, and asks for no right but those to its objects", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "id");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    // No name of this machine's, so that it is taken for a service's.
    const endpoint = s3.endpoint.replace("127.0.0.1", "0.0.0.0");
    const before = s3.requests.length;
    expect(await problemOf(`s3://missing?endpoint=${endpoint}&region=us-east-1`)).toMatch(
      /^the bucket missing at .* can't be opened: .*bucket does not exist/i,
    );
    expect(s3.requests.slice(before).every((request) => /^(?:GET|PUT) \/missing\/format\.json$/.test(request))).toBe(
      true,
    );
  });

  it("takes a comma inside a path for part of it", async () => {
    const url = pathToFileURL(join(folder.path, "a,b.jsonl")).href;
    expect((await openedAt(`${url},memory:`)).name).toBe("file+memory");
    expect(await readdir(folder.path)).toEqual(["a,b.jsonl"]);
  });

  it("creates nothing when it is opened for reading", async () => {
    const driver = await openedAt(`s3://absent?endpoint=${s3.endpoint}`, { readOnly: true });
    await expect(allOf(driver.samples({}))).rejects.toMatchObject({ name: "NoSuchBucket" });
    expect(await problemOf(pathToFileURL(file).href, { readOnly: true })).toBe(
      `the file ${file} can't be opened: ENOENT: no such file or directory, access '${file}'`,
    );
    expect(await readdir(folder.path)).toEqual([]);
    const tables = await openedAt(`dynamodb://absent?endpoint=${dynamodb.endpoint}`, { readOnly: true });
    await expect(allOf(tables.samples({}))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("reads no memory, which is another one in each process", async () => {
    const said =
      "memory: is empty in each process, so nothing can be read from it; name another storage with --storage";
    expect(await problemOf("memory:", { readOnly: true })).toBe(said);
    await (await openedAt(pathToFileURL(file).href)).record([aSample()]);
    const driver = await openedAt(`${pathToFileURL(file).href},memory:`, { readOnly: true });
    expect(await allOf(driver.samples({}))).toHaveLength(1);
  });

  it("finds no empty log where the file has gone since it was opened for reading", async () => {
    await (await openedAt(pathToFileURL(file).href)).record([aSample()]);
    const driver = await openedAt(pathToFileURL(file).href, { readOnly: true });
    expect(await allOf(driver.samples({}))).toHaveLength(1);
    await rm(folder.path, { recursive: true });
    await expect(allOf(driver.samples({}))).rejects.toMatchObject({ code: "ENOENT", path: file });
    await expect(allOf(driver.events({}))).rejects.toMatchObject({ code: "ENOENT", path: file });
  });

  it("tells of lines that can't be read", async () => {
    const places: string[] = [];
    const driver = await openedAt(pathToFileURL(file).href, { onUnreadable: (place) => places.push(place) });
    await driver.record([aSample()]);
    await appendFile(file, "torn");
    expect(await allOf(driver.samples({}))).toHaveLength(1);
    expect(places).toEqual([`${file}:2`]);
  });

  it("needs nobody at an endpoint that is not on this machine, nor without one, when it is opened for reading", async () => {
    for (const url of [
      "dynamodb://samples?endpoint=https://dynamodb.example.com&region=eu-central-1",
      "s3://bucket/x?endpoint=https://localhost.example.com",
      "dynamodb://samples",
      "s3://bucket",
    ]) {
      expect([url, await problemOf(url, { readOnly: true })]).toEqual([url, undefined]);
    }
  });

  it("creates nothing at an endpoint that is not on this machine, but sees to it that all is there", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test").stubEnv("AWS_SECRET_ACCESS_KEY", "test").stubEnv("AWS_REGION", "eu-west-1");
    // An address of this machine that is not taken for one.
    const [tables, buckets] = [dynamodb, s3].map(({ endpoint }) =>
      endpoint.replace(/127\.0\.0\.1|localhost/, "0.0.0.0"),
    );
    const urls = [`dynamodb://elsewhere?endpoint=${tables}`, `s3://elsewhere?endpoint=${buckets}`];
    for (const url of urls) {
      expect(await openStorage(url, allDrivers)).toEqual({
        ok: false,
        problem: expect.stringMatching(/^the (?:table|bucket) elsewhere at http:\/\/0\.0\.0\.0:.* can't be opened: ./),
        transient: false,
      });
    }
    await openedAt(`dynamodb://elsewhere?endpoint=${dynamodb.endpoint},s3://elsewhere?endpoint=${s3.endpoint}`);
    const driver = await openedAt(urls.join(","));
    expect(await driver.record([aSample()])).toEqual(recorded(1));
  });

  it("says so when an endpoint on this machine does not answer", async () => {
    const port = await freePort();
    for (const url of [
      `s3://bucket?endpoint=http://127.0.0.1:${port}`,
      `s3://bucket?endpoint=http://localhost:${port}`,
    ]) {
      expect(await openStorage(url, allDrivers)).toEqual({
        ok: false,
        problem: expect.stringMatching(/^the bucket bucket at http:.* can't be opened: .*ECONNREFUSED/),
        transient: true,
      });
    }
    expect(await problemOf(`dynamodb://samples?endpoint=http://127.0.0.1:${port}`)).toMatch(
      /^the table samples at http:.* can't be opened: .*ECONNREFUSED/,
    );
  });

  it("says so when a file can't be written", async () => {
    expect(await problemOf(`memory:,file://${folder.path}/.`)).toMatch(/a path to a file has to end with its name/);
    expect(await problemOf(`file://${folder.path}`)).toMatch(/^the file .* can't be opened: EISDIR/);
  });

  it.each([
    ["", `unknown storage "": write ${FORMS}`],
    ["memory:,", `unknown storage "": write ${FORMS}`],
    ["samples.jsonl", `unknown storage "samples.jsonl": write ${FORMS}`],
    ["mysql://x", `unknown storage "mysql://x": write ${FORMS}`],
    ["constructor:", `unknown storage "constructor:": write ${FORMS}`],
    ["memory:x", '"memory:x": memory: takes no name'],
    ["memory:?a=1&a=2", '"memory:?a=1&a=2": unknown parameter "a": there are none'],
    [
      "file:x.jsonl",
      '"file:x.jsonl": write an absolute path after three slashes, such as file:///var/lib/samples.jsonl',
    ],
    [
      "file://x/y.jsonl",
      '"file://x/y.jsonl": write an absolute path after three slashes, such as file:///var/lib/samples.jsonl',
    ],
    ["file:///x/", '"file:///x/": a path to a file has to end with its name, such as samples.jsonl'],
    ["file:///x%2Fy", '"file:///x%2Fy": not a path: File URL path must not include encoded / characters'],
    ["file:///x#1", '"file:///x#1": write # as %23'],
    ["file:///x?max_bytes=1k", '"file:///x?max_bytes=1k": max_bytes: expected a whole number, at least 0, got "1k"'],
    [
      "file:///x?backup_count=-1&maxbytes=5",
      '"file:///x?backup_count=-1&maxbytes=5": backup_count: expected a whole number, at least 0, got "-1"; ' +
        'unknown parameter "maxbytes": there are max_bytes, backup_count, mode',
    ],
    ["file:///x?mode=0644", '"file:///x?mode=0644": mode: expected 0600, 0640 or 0660, got "0644"'],
    ["file:///x?mode=755", '"file:///x?mode=755": mode: expected 0600, 0640 or 0660, got "755"'],
    ["file:///x?max_bytes=1&max_bytes=2", '"file:///x?max_bytes=1&max_bytes=2": max_bytes is given twice'],
    [
      "dynamodb://",
      '"dynamodb://": a table\'s name has 3 to 255 of a-z, A-Z, 0-9, _, - and ., such as dynamodb://samples',
    ],
    [
      "dynamodb://ab",
      '"dynamodb://ab": a table\'s name has 3 to 255 of a-z, A-Z, 0-9, _, - and ., such as dynamodb://samples',
    ],
    ["dynamodb://a b c", `"dynamodb://a b c" is not a URL: write ${FORMS}`],
    [
      "dynamodb://abc?retention_days=0",
      '"dynamodb://abc?retention_days=0": retention_days: expected a whole number, at least 1, got "0"',
    ],
    ["dynamodb://abc?resources=abc", '"dynamodb://abc?resources=abc": resources has to name another table'],
    [
      "dynamodb://abc?endpoint=127.0.0.1:8000",
      '"dynamodb://abc?endpoint=127.0.0.1:8000": endpoint: expected a URL such as http://127.0.0.1:8000, got "127.0.0.1:8000"',
    ],
    ["s3://Bucket", '"s3://Bucket": a bucket\'s name has 3 to 63 of a-z, 0-9, - and ., such as s3://bucket/prefix'],
    ["s3://bucket/%ff", '"s3://bucket/%ff": not a prefix: % has to be followed by two hexadecimal digits of UTF-8'],
    ["s3://bucket?region=EU", '"s3://bucket?region=EU": region: expected a region such as eu-central-1, got "EU"'],
    [
      "s3://key:secret@bucket",
      "a s3: URL takes no user name or password: credentials come from where the AWS SDK looks",
    ],
    [
      "memory:x,s3://B",
      '"memory:x": memory: takes no name; "s3://B": a bucket\'s name has 3 to 63 of a-z, 0-9, - and ., such as s3://bucket/prefix',
    ],
  ])("says what is wrong with %j", async (url, problem) => {
    expect(await problemOf(url)).toBe(problem);
  });

  it("refuses a prefix that leaves no room for a key", async () => {
    expect(await problemOf(`s3://bucket/${"x".repeat(901)}`)).toMatch(/: a prefix has at most 900 bytes$/);
  });
});
