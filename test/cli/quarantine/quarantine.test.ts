import { createSecretKey } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { entryId } from "../../../lib/quarantine/entry-id.ts";
import type { Suspect } from "../../../lib/sample/arrived.ts";
import type { Value } from "../../../lib/sample/value.ts";
import { sealEnvelope } from "../../../lib/signature/v2/seal-envelope.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { aDatagram, aQueueMessage, RECEIVED_AT } from "../../quarantine/suspects.ts";

import { badSignature, datagram, keep, place, run, short, useQuarantinePlace } from "../quarantine-place.ts";

const V2_SECRET = createSecretKey(Buffer.alloc(32, "v2"));
useQuarantinePlace();

describe("countersign quarantine ls", () => {
  it("lists what was rejected, with the beginning of each id", async () => {
    const [id] = await keep(
      aDatagram("x", {
        listener: "tcp",
        rejected: [{ reason: "invalid-sample", detail: `\u001b[2J${"long ".repeat(100)}` }, badSignature, badSignature],
      }),
    );
    const { code, lines, errors } = await run("ls", "--quarantine", place.quarantine);
    expect([code, errors, lines.length]).toEqual([0, [], 2]);
    expect(lines[0]).toMatch(/^ID +RECEIVED +LISTENER +ADDRESS +SIZE +REASON +DETAIL$/);
    expect(lines[1]).toBe(
      `${short(id)}  2026-11-22T10:00:00.123Z  tcp       10.0.0.1     1  invalid-sample,bad-signature  \\u001b[2J${"long ".repeat(19)}…`,
    );
  });

  it("prints one line of JSON each, without the content", async () => {
    const [id] = await keep(
      aQueueMessage("the content", { rejected: [{ reason: "undecodable", detail: "\u009b\u202e" }] }),
    );
    const { code, lines } = await run("ls", "--quarantine", place.quarantine, "--json");
    expect([code, lines.length]).toEqual([0, 1]);
    expect(lines[0]).toContain('"detail":"\\u009b\\u202e"');
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      id,
      received: "2026-11-22T10:00:00.123Z",
      kept: expect.stringMatching(/^2[0-9-]+T[0-9:.]+Z$/),
      listener: "queue",
      address: null,
      size: 11,
      truncated: false,
      reasons: [{ reason: "undecodable", detail: "\u009b\u202e" }],
    });
  });

  it("lists by reason, and so many as asked for", async () => {
    const [id] = await keep(datagram("a"), aDatagram("b"), aDatagram("c"));
    const byReason = await run("ls", "--quarantine", place.quarantine, "--json", "--reason", "bad-signature");
    expect(byReason.lines.map((line) => JSON.parse(line).id)).toEqual([id]);
    expect((await run("ls", "--quarantine", place.quarantine, "--json", "--limit", "2")).lines).toHaveLength(2);
  });

  it("reports what it can't read, lists the others, and ends with 1", async () => {
    await keep(aDatagram("a"));
    await writeFile(join(place.folder, `${"0".repeat(64)}.undecodable.json`), "{");
    const { code, lines, errors } = await run("ls", "--quarantine", place.quarantine, "--json");
    expect([code, lines.length, errors]).toEqual([
      1,
      1,
      [`the entry ${"0".repeat(64)}.undecodable.json can't be read: not a JSON object`],
    ]);
  });
});

describe("countersign quarantine show", () => {
  async function shown(suspect: Suspect): Promise<string> {
    const [id = ""] = await keep(suspect);
    const { code, lines, errors } = await run("show", id.slice(0, 12), "--quarantine", place.quarantine);
    expect([code, errors, lines.length]).toEqual([0, [], 1]);
    return lines[0] ?? "";
  }

  it("prints a datagram's message with exact numbers", async () => {
    const suspect = aDatagram(
      encodeMsgpack(
        new Map<string, Value>([
          ["volume", 2n ** 63n],
          ["gauge", 1.0],
        ]),
      ),
    );
    expect(await shown(suspect)).toBe(`{
  "id": "${entryId(suspect.arrived)}",
  "received": "2026-11-22T10:00:00.123Z",
  "kept": "${(await keptAt()).toISOString()}",
  "listener": "udp",
  "address": "10.0.0.1",
  "size": 32,
  "truncated": false,
  "reasons": [
    {"reason":"undecodable","detail":"not msgpack"}
  ],
  "form": "bytes",
  "messages": [
    {"volume":9223372036854775808,"gauge":1.0}
  ]
}`);
  });

  async function keptAt(): Promise<Date> {
    const [name = ""] = await readdir(place.folder);
    return new Date(JSON.parse(await readFile(join(place.folder, name), "utf8")).keptAt);
  }

  it("prints a queue's messages and attributes", async () => {
    const attributes = { "webhook-id": "pub-7:1" };
    expect(JSON.parse(await shown(aQueueMessage('[{"a":1},{"b":"\u009b"}]', { attributes })))).toMatchObject({
      form: "text",
      address: null,
      attributes,
      messages: [{ a: 1 }, { b: "\u009b" }],
    });
  });

  it.each([false, true])("prints what an envelope of signature v2 holds (deflated: %s)", async (deflate) => {
    const options = { keyId: "pub-7", secret: V2_SECRET, sentAt: RECEIVED_AT, deflate };
    const bytes = sealEnvelope([new Map([["a", 1n]]), new Map([["b", 2n]])], options);
    expect(JSON.parse(await shown(aDatagram(bytes)))).toMatchObject({
      envelope: { keyId: "pub-7", sentAt: RECEIVED_AT },
      messages: [{ a: 1 }, { b: 2 }],
    });
  });

  it.each<[string, Suspect, object]>([
    ["bytes", aDatagram(Uint8Array.of(0xc2, 0xff)), { undecodable: expect.any(String), hex: "c2ff" }],
    [
      "half an envelope",
      aDatagram(Uint8Array.of(0xc1, 0x43, 0x53, 0x47, 2)),
      { undecodable: "envelope: 5 bytes; 47 would be the least", hex: "c143534702" },
    ],
    [
      "an envelope of another version",
      aDatagram(Buffer.concat([Uint8Array.of(0xc1, 0x43, 0x53, 0x47, 3, 0, 0), Buffer.alloc(41, 0x90)])),
      { undecodable: "envelope: version 3; only 2 is known" },
    ],
    ["a text", aQueueMessage("{\u001b[2J"), { undecodable: expect.any(String), text: "{\u001b[2J" }],
  ])("prints %s as they are where they can't be decoded", async (_what, suspect, fields) => {
    const text = await shown(suspect);
    expect(JSON.parse(text)).toMatchObject(fields);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });

  it("says what it can't find", async () => {
    await keep(aDatagram("a"));
    const answer = { code: 1, lines: [], errors: ["countersign: no entry has an id that begins with 0000"] };
    expect(await run("show", "0000", "--quarantine", place.quarantine)).toEqual(answer);
  });
});

describe("countersign quarantine", () => {
  it.each<[readonly string[], string]>([
    [[], "usage: countersign quarantine ls"],
    [["rm"], 'no action "rm": choose from ls, show, replay'],
    [["toString"], 'no action "toString"'],
    [["ls"], "--quarantine is missing"],
    [["ls", "--quarantine", "memory:"], "unknown quarantine"],
    [["ls", "--quarantine", "file:///no/such/folder"], "folder /no/such/folder can't be opened"],
    [["ls", "--quarantine", "file:///x", "--limit", "all"], '--limit: expected a whole number, got "all"'],
    [["ls", "--quarantine", "file:///x", "--reason", "mood"], '--reason: no reason "mood": choose from too-large'],
    [["ls", "--what"], "Unknown option '--what'"],
    [["show", "--quarantine", "file:///x"], "give one ID to show"],
    [["show", "a", "b", "--quarantine", "file:///x"], "give one ID to show"],
    [["replay", "--quarantine", "file:///x", "--secret", "a secret of this test"], "--storage is missing"],
    [["replay", "--quarantine", "file:///x", "--storage", "memory:"], "a secret is missing"],
    [["replay", "--secret", "a secret of this test", "--storage", "memory:"], "--quarantine is missing"],
    [
      ["replay", "--quarantine", "file:///tmp", "--secret", "a secret of this test", "--storage", "ftp://x"],
      "unknown storage",
    ],
    [["replay", "abcd", "--reason", "unsigned"], "give either IDs, or --reason and --limit"],
  ])("answers %j with 2 and what to do", async (args, problem) => {
    const { code, lines, errors } = await run(...args);
    expect([code, lines]).toEqual([2, []]);
    expect(errors.join("\n")).toContain(problem);
  });

  it("explains itself", async () => {
    const { code, lines } = await run("--help");
    expect([code, lines[0]]).toEqual([0, expect.stringMatching(/^usage: countersign quarantine ls /)]);
  });
});
