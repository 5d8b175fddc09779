import { describe, expect, it } from "vitest";
import { parseQuarantineUrl } from "../../lib/quarantine/quarantine-url.ts";

const bounds = { maxBytes: 8_192, perMinute: 10 };

describe("a quarantine's URL", () => {
  it.each<[string, object]>([
    [
      "file:///var/lib/kept",
      { kind: "file", folder: "/var/lib/kept", maxEntries: 10_000, maxSocketEntries: 5_000, ...bounds },
    ],
    [
      "FILE:///var/lib/a%20b/?max_bytes=1&max_entries=2&per_minute=0",
      { kind: "file", folder: "/var/lib/a b", maxEntries: 2, maxSocketEntries: 1, maxBytes: 1, perMinute: 0 },
    ],
    [
      "file:///x?max_entries=7&max_socket_entries=0",
      { kind: "file", folder: "/x", maxEntries: 7, maxSocketEntries: 0, ...bounds },
    ],
    ["s3://bucket", { kind: "s3", bucket: "bucket", prefix: "", endpoint: undefined, region: undefined, ...bounds }],
    [
      "s3://bucket/a/b%3Fc/?endpoint=http://127.0.0.1:9&region=eu-central-1&max_bytes=1048576&per_minute=60",
      {
        kind: "s3",
        bucket: "bucket",
        prefix: "a/b?c/",
        endpoint: "http://127.0.0.1:9",
        region: "eu-central-1",
        maxBytes: 1_048_576,
        perMinute: 60,
      },
    ],
  ])("%s names a place", (url, place) => {
    expect(parseQuarantineUrl(url)).toEqual({ ok: true, place });
  });

  it.each<[string, string]>([
    ["", 'unknown quarantine "": write file:///FOLDER or s3://BUCKET/PREFIX'],
    ["memory:", 'unknown quarantine "memory:": write file:///FOLDER or s3://BUCKET/PREFIX'],
    ["dynamodb://samples", "unknown quarantine"],
    ["file://folder", "three slashes"],
    ["s3://B/x", "a bucket's name has 3 to 63"],
    ["s3://key:secret@bucket/x", "takes no user name or password"],
    ["s3://bucket/x?max_bytes=1#y", "write # as %23"],
    ["s3://bucket/x?max_bytes=0", "max_bytes: expected a whole number, at least 1"],
    ["s3://bucket/x?max_bytes=1048577", "max_bytes: no message has more than 1048576"],
    [
      "s3://bucket/x?max_entries=5",
      'unknown parameter "max_entries": there are max_bytes, per_minute, endpoint, region',
    ],
    ["file:///x?endpoint=http://x", 'unknown parameter "endpoint": there are max_bytes, per_minute, max_entries'],
    ["file:///x?max_entries=5&max_socket_entries=6", "max_socket_entries: more than max_entries"],
    ["s3://bucket/x?per_minute=-1", "per_minute: expected a whole number, at least 0"],
    [`s3://bucket/${"x".repeat(890)}`, "a prefix has at most"],
  ])("%j is refused with what to do", (url, problem) => {
    expect(parseQuarantineUrl(url)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});
