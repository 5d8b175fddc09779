import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { usageError } from "../../lib/cli/command/command.ts";
import { shownUrl, withoutCredentials } from "../../lib/log/shown-url.ts";
import { parseQuarantineUrl } from "../../lib/quarantine/quarantine-url.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { captureIo } from "../support/captured-io.ts";

describe("a URL in a message", () => {
  it.each([
    ["s3://bucket/log?region=eu-west-1", "s3://bucket/log?region=eu-west-1"],
    ["dynamodb://samples?endpoint=http://127.0.0.1:8000", "dynamodb://samples?endpoint=http://127.0.0.1:8000"],
    ["http://127.0.0.1:9324/000000000000/metering", "http://127.0.0.1:9324/000000000000/metering"],
    ["mysql://user:hush@db/samples", "mysql://…@db/samples"],
    ["file://user:hush@host/log", "file://…@host/log"],
    ["user:hush@db", "…@db"],
    ["mysql://user:hu/sh?a=1#@db", "mysql://…@db"],
    ["s3://bucket?region=r&endpoint=http://u:hush@h", "s3://bucket?region=r&endpoint=…"],
    ["s3://bucket?endpoint=http%3A%2F%2Fu%3Ahush%40h", "s3://bucket?endpoint=…"],
    ["s3://bucket?secret_access_key=hush&region=r", "s3://bucket?secret_access_key=…&region=r"],
  ])("is shown without credentials: %s", (url, shown) => {
    expect(shownUrl(url)).toBe(JSON.stringify(shown));
  });
});

/** Whatever a password may be made of, with a mark that no message may hold. */
const password = fc
  .tuple(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }))
  .map(([before, after]) => `${before}hush${after}`);
const address = fc
  .tuple(
    fc.constantFrom("mysql", "http", "https", "s3", "dynamodb", "memory", "udp"),
    fc.constantFrom("user:", ":", "AKIA:", ""),
    password.chain((text) => fc.constantFrom(text, encodeURIComponent(text))),
    fc.constantFrom("db", "127.0.0.1:8000", "sqs.eu-west-1.amazonaws.com", "bucket"),
    fc.constantFrom("", "/000000000000/metering", "/log?region=eu-west-1"),
  )
  .map(([scheme, user, secret, host, path]) => `${scheme}://${user}${secret}@${host}${path}`);
const url = fc.oneof(
  address,
  fc.tuple(fc.constantFrom("s3://bucket/log", "dynamodb://samples"), address).map(([place, endpoint]) => {
    return `${place}?region=eu-west-1&endpoint=${encodeURIComponent(endpoint)}`;
  }),
  fc.tuple(fc.constantFrom("s3://bucket/log", "dynamodb://samples"), address).map(([place, endpoint]) => {
    return `${place}?endpoint=${endpoint}`;
  }),
);

describe("credentials in a URL", () => {
  it("are refused and never repeated, whoever reads it", async () => {
    await fc.assert(
      fc.asyncProperty(url, async (text) => {
        // A bucket, and an @ in its prefix.
        fc.pre(!/^s3:\/\/[a-z0-9.-]+\//.test(text) || text.startsWith("s3://bucket/log?"));
        const storage = await openStorage(text, allDrivers, { readOnly: true });
        const queue = openQueue(text);
        const spill = openSpillQueue(text);
        const quarantine = parseQuarantineUrl(text);
        const answers = [storage, spill, quarantine].map((one) => (one.ok ? "taken" : one.problem));
        const said = [...answers, "problem" in queue ? queue.problem : "taken"];
        for (const one of said) expect(one).not.toMatch(/hush|^taken$/);
      }),
    );
  });

  it("are taken out of whatever says that a command was wrongly called", () => {
    const io = captureIo();
    usageError(io, "Unexpected argument 'mysql://user:hush@db/samples'");
    expect(io.errors).toEqual(["countersign: Unexpected argument 'mysql://…@db/samples'"]);
    expect(withoutCredentials(`no "s3://user:hu sh@b": as "s3://user:hu'sh@b"`)).toBe(`no "s3://…@b": as "s3://…@b"`);
    expect(withoutCredentials("http://127.0.0.1:8000 refused a@b, http://db:80/x a@b")).toBe(
      "http://127.0.0.1:8000 refused a@b, http://db:80/x a@b",
    );
    expect(withoutCredentials("samples of a@b at http://127.0.0.1:8000/x")).toBe(
      "samples of a@b at http://127.0.0.1:8000/x",
    );
  });
});
