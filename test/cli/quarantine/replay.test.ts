import { createSecretKey } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { formatV2Secret } from "../../../lib/keys/v2-secret.ts";
import type { Value } from "../../../lib/sample/value.ts";
import { sign } from "../../../lib/signature/legacy/sign.ts";
import { sealEnvelope } from "../../../lib/signature/v2/seal-envelope.ts";
import { signAttributes } from "../../../lib/signature/v2/sign-attributes.ts";
import { toExactJson } from "../../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { aDatagram, aQueueMessage, RECEIVED_AT } from "../../quarantine/suspects.ts";
import { captureIo } from "../../support/captured-io.ts";
import { key } from "../../support/fixtures.ts";
import { plainSample } from "../../support/messages.ts";
import { startS3Server } from "../../support/s3-server.ts";

import {
  datagram,
  keep,
  place,
  queued,
  recorded,
  remaining,
  run,
  SECRET,
  sample,
  short,
  useQuarantinePlace,
} from "../quarantine-place.ts";

const V2_SECRET = createSecretKey(Buffer.alloc(32, "v2"));

const trusted = ["--secret", SECRET];
useQuarantinePlace();

describe("countersign quarantine replay", () => {
  const replay = (...args: readonly string[]) =>
    run("replay", "--quarantine", place.quarantine, "--storage", place.storage, ...args);

  it("records and removes what is genuine with the secret that was missing, and keeps what is not", async () => {
    const [good, listed, forged] = await keep(
      datagram("a"),
      queued(sample("b"), sample("c")),
      datagram("d", "no secret of ours"),
    );
    const { code, lines, errors } = await replay(...trusted);
    expect([code, errors]).toEqual([1, []]);
    expect(lines.slice(0, 3).sort()).toEqual(
      [
        `${short(good)}  recorded: 1 sample`,
        `${short(listed)}  recorded: 2 samples`,
        `${short(forged)}  rejected: bad-signature: no secret of ours fits, in any dialect of py3, kilo, icehouse: compare telemetry_secret on the publisher with ours`,
      ].sort(),
    );
    expect(lines.slice(3)).toEqual([
      "messages: recorded 2, partial 0, rejected 1, failed 0, truncated 0; samples recorded: 3",
      "  bad-signature 1",
    ]);
    expect(await remaining()).toEqual([forged]);
    expect(await recorded()).toEqual(["a", "b", "c"]);
    expect((await replay(...trusted, "--secret", "no secret of ours")).code).toBe(0);
    expect(await remaining()).toEqual([]);
    expect(await replay(...trusted)).toEqual({
      code: 0,
      lines: ["messages: recorded 0, partial 0, rejected 0, failed 0, truncated 0; samples recorded: 0"],
      errors: [],
    });
  });

  it("changes nothing in a dry run", async () => {
    const [good] = await keep(datagram("a"));
    const { code, lines } = await run("replay", "--quarantine", place.quarantine, "--dry-run", ...trusted);
    expect([code, lines]).toEqual([
      0,
      [
        `${short(good)}  would be recorded: 1 sample`,
        "would be: messages: recorded 1, partial 0, rejected 0, failed 0, truncated 0; samples recorded: 1",
      ],
    ]);
    expect([await remaining(), await recorded()]).toEqual([[good], []]);
  });

  it("records the good samples of a list and keeps it, as often as it is called", async () => {
    const [id] = await keep(queued(sample("a"), sample("b", "no secret of ours"), new Map()));
    for (const times of [1, 2]) {
      const { code, lines } = await replay(...trusted);
      expect([code, lines]).toEqual([
        1,
        [
          `${short(id)}  partial: 1 sample recorded; bad-signature: no secret of ours fits, in any dialect of py3, kilo, icehouse: compare telemetry_secret on the publisher with ours (and 1 more)`,
          "messages: recorded 0, partial 1, rejected 0, failed 0, truncated 0; samples recorded: 1",
          "  bad-signature 1",
          "  unsigned 1",
        ],
      ]);
      expect([times, await remaining()]).toEqual([times, [id]]);
    }
    const read = captureIo();
    await main(["samples", "--storage", place.storage, "--json"], read);
    expect(read.lines).toHaveLength(1);
  });

  it("never replays what is not whole", async () => {
    place.quarantine = `${pathToFileURL(place.folder).href}?max_bytes=100`;
    const [id] = await keep(datagram("a"));
    const { code, lines } = await replay(...trusted);
    expect([code, lines[0]]).toEqual([1, `${short(id)}  truncated: it is not whole, so it can't be proved genuine`]);
    expect([await remaining(), await recorded()]).toEqual([[id], []]);
  });

  it("deletes nothing for a storage that has nothing left of it afterwards", async () => {
    const [id] = await keep(datagram("a"));
    const { code, errors } = await run("replay", "--quarantine", place.quarantine, "--storage", "memory:", ...trusted);
    expect([code, errors[0]]).toEqual([2, expect.stringContaining('unknown storage "memory:": write file:///')]);
    expect(await remaining()).toEqual([id]);
  });

  it("replays only what is asked for", async () => {
    const [first, second, third] = await keep(
      datagram("a"),
      datagram("b"),
      aDatagram(encodeMsgpack(sample("c")), { rejected: [{ reason: "legacy-refused", detail: "d" }] }),
    );
    expect((await replay(...trusted, "--reason", "legacy-refused")).code).toBe(0);
    expect([...(await remaining())].sort()).toEqual([first, second].sort());
    expect((await replay(...trusted, second?.slice(0, 12) ?? "")).code).toBe(0);
    expect(await remaining()).toEqual([first]);
    expect(await replay(...trusted, third ?? "", first ?? "")).toMatchObject({
      code: 1,
      errors: [`countersign: no entry has an id that begins with ${third}`],
    });
    expect([await remaining(), await recorded()]).toEqual([[], ["a", "b", "c"]]);
  });

  it("records what is ambiguous once a person has looked and names it, with a mark that reading shows", async () => {
    const fields = { ...plainSample, resource_id: "vm1resource_metadata:display_nameweb", message_id: "odd" };
    const message = new Map<string, Value>(Object.entries(fields));
    message.set("message_signature", sign(message, key(SECRET), "py3") ?? "");
    const [id = "", other = ""] = await keep(aDatagram(encodeMsgpack(message)), datagram("a"));
    const detail = "resource_id contains the name resource_metadata, which it could have swallowed";
    const project = `(project "${plainSample.project_id}")`;
    expect((await replay(...trusted, id)).lines[0]).toBe(`${short(id)}  rejected: ambiguous: ${detail} ${project}`);

    expect(await replay(...trusted, "--accept-ambiguous")).toMatchObject({
      code: 2,
      errors: [expect.stringContaining("--accept-ambiguous takes the IDs of messages that somebody has looked at")],
    });
    const accepted = await replay(...trusted, "--accept-ambiguous", id);
    expect([accepted.code, accepted.lines[0]]).toEqual([
      0,
      `${short(id)}  recorded: 1 sample, with a mark: ${detail} ${project}`,
    ]);
    expect((await replay(...trusted, other)).lines[0]).toBe(`${short(other)}  recorded: 1 sample`);
    const read = captureIo();
    await main(["samples", "--storage", place.storage, "--json"], read);
    const shown = read.lines
      .map((line) => JSON.parse(line))
      .map(({ message_id, ambiguous }) => [message_id, ambiguous]);
    expect(Object.fromEntries(shown)).toEqual({ odd: detail, a: undefined });
  });

  it("judges keys of signature v2 as of the first receipt", async () => {
    const keys = join(place.root, "keys.json");
    const retired = (at: number) => ({ secret: formatV2Secret(V2_SECRET), retiredAt: new Date(at).toISOString() });
    const keyIds = { early: retired(RECEIVED_AT - 1), late: retired(RECEIVED_AT + 1) };
    await writeFile(keys, JSON.stringify(keyIds), { mode: 0o600 });
    const sealed = (keyId: string) =>
      aDatagram(sealEnvelope([sample(keyId)], { keyId, secret: V2_SECRET, sentAt: RECEIVED_AT }));
    const body = toExactJson(sample("queued"));
    const attributes = signAttributes(body, { keyId: "late", secret: V2_SECRET, id: "1", sentAt: RECEIVED_AT });
    const [early] = await keep(sealed("early"), sealed("late"), aQueueMessage(body, { attributes }));
    const { code, lines } = await replay("--keys", keys, "--time-window");
    expect([code, lines.slice(-2)]).toEqual([1, ["  outside-window 2", "  refused-key 1"]]);
    const unwindowed = await replay("--keys", keys);
    expect([unwindowed.code, unwindowed.lines.slice(-2)]).toEqual([
      1,
      ["messages: recorded 2, partial 0, rejected 1, failed 0, truncated 0; samples recorded: 2", "  refused-key 1"],
    ]);
    expect([await remaining(), await recorded()]).toEqual([[early], ["late", "queued"]]);
  });

  it("keeps what storage does not take, and what can't be removed, for another try", async () => {
    const server = await startS3Server();
    try {
      place.quarantine = `s3://quarantine/x?endpoint=${server.endpoint}`;
      const [id] = await keep(datagram("a"));
      const to = `s3://log?endpoint=${server.endpoint}`;
      const attempt = () => run("replay", "--quarantine", place.quarantine, "--storage", to, ...trusted);
      server.fault = ({ method, url }) =>
        method === "PUT" && url.startsWith("/log/samples") ? { status: 403, code: "AccessDenied" } : undefined;
      expect(await attempt()).toMatchObject({
        code: 1,
        lines: [`${short(id)}  failed: AccessDenied: on purpose`, expect.any(String)],
      });
      // Recorded, but interrupted before it was removed.
      server.fault = ({ method }) => (method === "DELETE" ? { status: 403, code: "AccessDenied" } : undefined);
      expect(await attempt()).toMatchObject({
        code: 1,
        lines: [`${short(id)}  failed: AccessDenied: on purpose`, expect.any(String)],
      });
      server.fault = undefined;
      expect((await attempt()).code).toBe(0);
      expect((await attempt()).lines).toHaveLength(1);
      const read = captureIo();
      await main(["samples", "--storage", to, "--json"], read);
      expect(read.lines).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it("stops after the message at hand when it is told to, and says so", async () => {
    await keep(datagram("a"), datagram("b"));
    const io = captureIo();
    io.stop();
    const code = await main(
      ["quarantine", "replay", "--quarantine", place.quarantine, "--storage", place.storage, ...trusted],
      io,
    );
    expect([code, io.errors]).toEqual([1, ["interrupted: call it again for the rest"]]);
    expect(await remaining()).toHaveLength(2);
  });

  it("shows neither a secret nor the digest that a message should have had", async () => {
    const [id = ""] = await keep(datagram("a", "no secret of ours"), queued(sample("b", "no secret of ours")));
    const outputs = [
      await replay(...trusted),
      await run("ls", "--quarantine", place.quarantine),
      await run("ls", "--quarantine", place.quarantine, "--json"),
      await run("show", id, "--quarantine", place.quarantine),
    ].flatMap(({ lines, errors }) => [...lines, ...errors]);
    const files = await Promise.all(
      (await readdir(place.folder)).map((name) => readFile(join(place.folder, name), "utf8")),
    );
    const all = [...outputs, ...files].join("\n");
    expect(all).toContain("bad-signature");
    expect(all).not.toContain(SECRET);
    for (const message_id of ["a", "b"]) {
      const digest = String(sample(message_id).get("message_signature"));
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(all).not.toContain(digest);
      expect(all).not.toContain(Buffer.from(digest).toString("base64").slice(2, -4));
      expect(all).not.toContain(Buffer.from(digest, "hex").toString("base64").slice(2, -4));
    }
  });
});
