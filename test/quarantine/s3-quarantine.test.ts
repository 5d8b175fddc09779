import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { entryId } from "../../lib/quarantine/entry-id.ts";
import { type OpenedQuarantine, openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import { type S3Server, startS3Server } from "../support/s3-server.ts";
import { describeQuarantineContract } from "./contract.ts";
import { aDatagram } from "./suspects.ts";

let server: S3Server;
let buckets = 0;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.close());
afterEach(() => {
  server.fault = undefined;
});

/** The embedded S3 does not look at If-None-Match: what S3 would answer to it. */
function honourIfNoneMatch(): void {
  const there = new Set<string>();
  server.fault = ({ method, url, headers }) => {
    const path = url.split("?")[0] ?? "";
    if (method === "DELETE") there.delete(path);
    if (method !== "PUT" || headers["if-none-match"] !== "*") return undefined;
    if (there.has(path)) return { status: 412, code: "PreconditionFailed" };
    there.add(path);
    return undefined;
  };
}

async function opened(url: string, onUnreadable?: (name: string, problem: string) => void): Promise<OpenedQuarantine> {
  const opening = await openQuarantine(url, onUnreadable && { onUnreadable });
  if (!opening.ok) throw new Error(opening.problem);
  return opening.quarantine;
}

function newUrl(prefix: string, parameters = ""): { bucket: string; url: string } {
  const bucket = `quarantine-${++buckets}`;
  return { bucket, url: `s3://${bucket}/${prefix}?endpoint=${server.endpoint}${parameters}` };
}

describeQuarantineContract("S3", async () => {
  honourIfNoneMatch();
  const { bucket, url } = newUrl("kept%20here", "&max_bytes=100");
  const unreadable: string[] = [];
  const quarantines: OpenedQuarantine[] = [];
  const open = async () => {
    const quarantine = await opened(url, (name, problem) => void unreadable.push(`${name}: ${problem}`));
    quarantines.push(quarantine);
    return quarantine;
  };
  return {
    quarantine: await open(),
    unreadable,
    reopen: open,
    async plant(name, text) {
      const client = server.client();
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: `kept here/${name}`, Body: text }));
      client.destroy();
    },
    close: async () => void (await Promise.all(quarantines.map((quarantine) => quarantine.close()))),
  };
});

describe("a quarantine in S3", () => {
  const { arrived } = aDatagram("one");
  const key = `${entryId(arrived)}.undecodable.json`;

  async function requestsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    server.requests.length = 0;
    await work();
    return [...server.requests];
  }

  it("takes one request to keep, two to find, two to remove, and one to list without reading", async () => {
    const { bucket, url } = newUrl("a/b");
    const quarantine = await opened(url);
    expect(await requestsOf(() => quarantine.keep(aDatagram("one")))).toEqual([`PUT /${bucket}/a/b/${key}`]);
    expect(await requestsOf(() => quarantine.get(key.slice(0, 12)))).toEqual([
      `GET /${bucket}/`,
      `GET /${bucket}/a/b/${key}`,
    ]);
    const none = async () => {
      for await (const entry of quarantine.entries({ reason: "unknown-key" })) expect(entry).toBeUndefined();
    };
    expect(await requestsOf(none)).toEqual([`GET /${bucket}/`]);
    expect(await requestsOf(() => quarantine.remove(entryId(arrived)))).toEqual([
      `GET /${bucket}/`,
      `DELETE /${bucket}/a/b/${key}`,
    ]);
    await quarantine.close();
  });

  it("works without a prefix, and beside other objects", async () => {
    const { bucket, url } = newUrl("");
    const quarantine = await opened(url);
    expect(await requestsOf(() => quarantine.keep(aDatagram("one")))).toEqual([`PUT /${bucket}/${key}`]);
    expect(await quarantine.get(key.slice(0, 12))).toMatchObject({ ok: true, entry: { arrived } });
    await quarantine.close();
  });

  it("answers not ok with what S3 said, and never throws", async () => {
    const quarantine = await opened(newUrl("").url);
    server.fault = () => ({ status: 403, code: "AccessDenied" });
    expect(await quarantine.keep(aDatagram("one"))).toMatchObject({ ok: false, cause: { name: "AccessDenied" } });
    expect(await quarantine.remove(entryId(arrived))).toMatchObject({ ok: false, cause: { name: "AccessDenied" } });
    expect(await quarantine.get("abcd")).toEqual({
      ok: false,
      problem: "the entry abcd can't be looked for: on purpose",
    });
    await quarantine.close();
  });

  it("creates no bucket when it is only read", async () => {
    const { url } = newUrl("");
    const opening = await openQuarantine(url, { readOnly: true });
    if (!opening.ok) throw new Error(opening.problem);
    await expect(opening.quarantine.entries()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
    await opening.quarantine.close();
  });

  it("makes its bucket with the first entry where it is not waited for, and tries again with the next", async () => {
    const { url } = newUrl("");
    server.fault = () => ({ status: 503, code: "SlowDown" });
    const opening = await openQuarantine(url, { makesLater: true });
    if (!opening.ok) throw new Error(opening.problem);
    const { quarantine } = opening;
    expect(await quarantine.keep(aDatagram("one"))).toMatchObject({ ok: false });
    server.fault = undefined;
    expect(await quarantine.keep(aDatagram("one"))).toEqual({ ok: true });
    expect(await quarantine.get(key.slice(0, 12))).toMatchObject({ ok: true, entry: { arrived } });
    await quarantine.close();
  });

  it("says what can't be reached", async () => {
    expect(await openQuarantine("s3://bucket/x?endpoint=http://127.0.0.1:1")).toEqual({
      ok: false,
      transient: true,
      problem: expect.stringMatching(
        /^the quarantine's bucket bucket at http:\/\/127\.0\.0\.1:1 can't be opened: .*ECONNREFUSED/,
      ),
    });
  });
});
