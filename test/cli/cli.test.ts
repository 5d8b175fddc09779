import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { captureIo } from "../support/captured-io.ts";
import { CAPTURE_SECRET, datagramNames, fixture, fixturePath, ICEHOUSE_SECRET } from "../support/fixtures.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function run(...args: readonly string[]) {
  const io = captureIo();
  const code = await main(args, io);
  return { code, lines: io.lines, errors: io.errors };
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}

const trusted = ["--secret", CAPTURE_SECRET, "--secret", ICEHOUSE_SECRET, "--allow-default-secret"];

describe("the command line", () => {
  it("lists its commands, and explains each", async () => {
    const overview = await run("--help");
    expect(overview.code).toBe(0);
    const names = ["verify", "collect", "send", "samples", "meters", "resources", "events", "local"];
    for (const name of names) {
      expect(overview.lines.join("\n")).toContain(`  ${name} `);
      const help = await run(name, "--help");
      expect([help.code, help.lines[0]]).toEqual([0, expect.stringMatching(`^usage: countersign ${name} `)]);
    }
  });

  it.each<[readonly string[], string]>([
    [["frobnicate"], 'no command "frobnicate"; countersign --help lists them'],
    [["toString"], 'no command "toString"; countersign --help lists them'],
    [["verify"], "no file to verify; see countersign verify --help"],
    [["verify", "--what", "x"], "Unknown option '--what'"],
    [["verify", "x"], "a secret is missing"],
    [["verify", "--secret", "", "x"], "an empty or well-known default secret lets anybody sign"],
    [["verify", "--secret", CAPTURE_SECRET, "x"], "an empty or well-known default secret lets anybody sign"],
    [
      ["verify", "--secret", "a secret of this test", "--format", "xml", "x"],
      "--format: choose from datagram, frames, envelope",
    ],
    [
      ["verify", "--secret", "a secret of this test", "--dialect", "py4", "x"],
      '--dialect: no dialect "py4": choose from py3, kilo, icehouse',
    ],
    [["verify", "--secret", "a secret of this test", "/no/such/file"], "can't read /no/such/file"],
    [["verify", "--secret-file", "/no/such/file", "x"], "can't read the secret file"],
    [["collect", "--secret", "a secret of this test", "--storage", "memory:"], "nothing to receive from"],
    [["collect", "--listen", "udp://127.0.0.1:0", "--secret", "a secret of this test"], "--storage is missing"],
    [["collect", "--listen", "udp://127.0.0.1:0", "--storage", "memory:"], "a secret is missing"],
    [
      ["collect", "--listen", "http://127.0.0.1:0", "--secret", "a secret of this test", "--storage", "memory:"],
      "--listen",
    ],
    [["collect", "--listen", "udp://127.0.0.1:0", "--secret", "a secret of this test", "--storage", "ftp://x"], "ftp"],
    [
      ["collect", "--listen", "udp://127.0.0.1:0", "what", "--secret", "a secret of this test", "--storage", "memory:"],
      '--listen "what"',
    ],
    [
      ["collect", "--queue", "metering", "--secret", "a secret of this test", "--storage", "memory:"],
      "not a queue URL",
    ],
    [
      [
        ...["collect", "--queue", "http://127.0.0.1:9324/000000000000/metering", "--secret", "a secret of this test"],
        ...["--spill-queue", "http://127.0.0.1:9999/000000000000/metering", "--storage", "memory:"],
      ],
      "--queue and --spill-queue: give two queues",
    ],
    [["samples"], "--storage is missing"],
    [["samples", "--storage", "memory:", "--from", "yesterday"], '--from: not a time: "yesterday"'],
    [["samples", "--storage", "memory:", "--limit", "all"], '--limit: expected a whole number, got "all"'],
    [["samples", "--storage", "gopher://x"], "gopher"],
    [["send", "--generate"], "--to is missing"],
    [["send", "--to", "udp://127.0.0.1:1"], "give either files or --generate"],
    [["send", "--to", "udp://127.0.0.1:1", "--generate", "x"], "give either files or --generate"],
    [["send", "--to", "udp://127.0.0.1:1", "--generate"], "a secret is missing"],
    [["send", "--to", "udp://127.0.0.1", "x"], "--to"],
    [["send", "--to", "udp://127.0.0.1:1", "--count", "0", "x"], "--count and --rate"],
    [["local", "--port", "x"], '--port: expected a number from 0 to 65535, got "x"'],
    [["local", "--dialect", "x"], "--dialect"],
  ])("answers %j with 2 and what to do", async (args, problem) => {
    const { code, lines, errors } = await run(...args);
    expect([code, lines]).toEqual([2, []]);
    expect(errors.join("\n")).toContain(`countersign: `);
    expect(errors.join("\n")).toContain(problem);
  });

  it("called with nothing shows its commands and exits with 2", async () => {
    expect(await run()).toMatchObject({ code: 2, lines: [expect.stringContaining("usage:")] });
  });
});

describe("verify", () => {
  it("finds all captures genuine: datagrams, frames and every queue message but those without a finite volume", async () => {
    const paths = datagramNames().map((name) => fixturePath(`datagrams/${name}`));
    const datagrams = await run("verify", ...trusted, ...paths);
    expect([datagrams.code, datagrams.lines.length]).toEqual([0, 120]);
    expect(new Set(datagrams.lines.map((line) => JSON.parse(line).outcome))).toEqual(new Set(["recorded"]));

    const frames = await run("verify", ...trusted, "--format", "frames", fixturePath("tcp/stream_20.0.0.bin"));
    expect([frames.code, frames.lines.length]).toEqual([0, 40]);
    expect(frames.lines.map((line) => JSON.parse(line).index)).toEqual(Array.from({ length: 40 }, (_, index) => index));

    const special = await run(
      "verify",
      ...trusted,
      "--format",
      "envelope",
      fixturePath("notifications/notifier_v2_special_values.body"),
    );
    const outcomes = special.lines.map((line) => JSON.parse(line)).map(({ outcome, reason }) => [outcome, reason]);
    expect(special.code).toBe(1);
    expect(outcomes).toEqual([...Array(8).fill(["recorded", null]), ...Array(4).fill(["rejected", "invalid-sample"])]);
  });

  it("prints one line of JSON a message, with these words", async () => {
    const path = fixturePath("datagrams/000.bin");
    const warning = "warning: a well-known default secret is accepted: anybody can sign samples";
    expect(await run("verify", "--allow-default-secret", path)).toEqual({
      code: 0,
      lines: [
        JSON.stringify({
          file: path,
          index: 0,
          outcome: "recorded",
          reason: null,
          detail: null,
          kind: "sample",
          dialect: "py3",
          key: "default-1",
          message_id: "d8edae64-e68d-11f1-98c4-02fc00000001",
          counter_name: "cpu",
        }),
      ],
      errors: [warning],
    });
    const wrong = await run("verify", "--secret", "wrong", "--dialect", "py3", path);
    expect([wrong.code, JSON.parse(wrong.lines[0] ?? "")]).toEqual([
      1,
      {
        file: path,
        index: 0,
        outcome: "rejected",
        reason: "bad-signature",
        detail: "signed with Ceilometer's well-known default secret: telemetry_secret is not set on this publisher",
        kind: "sample",
        dialect: null,
        key: null,
        message_id: "d8edae64-e68d-11f1-98c4-02fc00000001",
        counter_name: "cpu",
      },
    ]);
  });

  it("takes a secret from a file, without the line feed at its end", async () => {
    const secret = await file("secret", `${CAPTURE_SECRET}\n`);
    const args = ["--secret-file", secret, "--allow-default-secret", fixturePath("datagrams/000.bin")];
    expect((await run("verify", ...args)).code).toBe(0);
  });

  it.each<[string, Uint8Array | string, readonly string[], readonly (readonly [string | null, string | null])[]]>([
    [
      "a stream that ends inside a length",
      Buffer.of(1, 0),
      ["--format", "frames"],
      [["undecodable", "the stream ends inside a frame's length"]],
    ],
    [
      "a stream that ends inside a frame",
      Buffer.of(9, 0, 0, 0, 0, 0, 0, 0, 1),
      ["--format", "frames"],
      [["undecodable", "the stream ends inside a frame"]],
    ],
    [
      "a frame that is too long",
      Buffer.alloc(8, 0xff),
      ["--format", "frames"],
      [["too-large", "a frame of 18446744073709551615 bytes; the limit is 1048576"]],
    ],
    [
      "an envelope that is not text",
      Buffer.of(0xff),
      ["--format", "envelope"],
      [["undecodable", "the envelope is not UTF-8 text"]],
    ],
    [
      "an envelope taken for a datagram",
      "{}",
      [],
      [
        [
          "undecodable",
          "not msgpack, or several values: 1 bytes are left (this looks like JSON: try --format envelope)",
        ],
      ],
    ],
    ["a datagram that is too large", Buffer.alloc(65_537), [], [["too-large", "65537 bytes; the limit is 65536"]]],
    ["an empty batch", "[]", ["--format", "envelope"], []],
    [
      "a good sample between two bad ones",
      `[1,${toExactJson(signedMessage(plainSample))},null]`,
      ["--format", "envelope"],
      [
        ["not-a-sample", "expected a map, got a number"],
        [null, null],
        ["not-a-sample", "expected a map, got nil"],
      ],
    ],
  ])("tells what is wrong with %s", async (what, content, options, expected) => {
    const path = await file(what.replaceAll(" ", "-"), content);
    const { code, lines } = await run("verify", ...trusted, ...options, path);
    const found = lines.map((line) => JSON.parse(line)).map(({ reason, detail }) => [reason, detail]);
    expect([code, found]).toEqual([expected.every(([reason]) => reason === null) ? 0 : 1, expected]);
  });

  it("shows what a broken message says of itself, shortened", async () => {
    const path = await file(
      "long",
      toExactJson(
        new Map([
          ["event_type", "x"],
          ["message_id", "m".repeat(1_000)],
        ]),
      ),
    );
    const { lines } = await run("verify", "--secret", "a secret of this test", "--format", "envelope", path);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      kind: "event",
      message_id: "m".repeat(256),
      counter_name: null,
    });
  });
});

describe("send", () => {
  it("stops with 1 when nobody takes the messages", async () => {
    const { code, errors } = await run("send", "--to", "tcp://127.0.0.1:1", fixturePath("datagrams/000.bin"));
    expect([code, errors.join()]).toEqual([1, expect.stringContaining("ECONNREFUSED")]);
  });

  it("refuses a stream that it can't cut into frames", async () => {
    const path = await file("cut", fixture("tcp/stream_20.0.0.bin").subarray(0, 100));
    const { code, errors } = await run("send", "--to", "udp://127.0.0.1:1", "--format", "frames", path);
    expect([code, errors]).toEqual([2, [`countersign: ${path}: the stream ends inside a frame`]]);
  });
});
