import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { openPublisher } from "../../../lib/cli/send/publisher.ts";
import { healthCheck } from "../../../lib/doctor/figures/health.ts";
import { examine } from "../../../lib/doctor/finding/check.ts";
import type { CreatedQueues } from "../../../lib/queue/create-queue.ts";
import { captureIo } from "../../support/captured-io.ts";
import { eventually } from "../../support/eventually.ts";
import { fixture } from "../../support/fixtures.ts";
import { freePort, freeUdpPort } from "../../support/free-port.ts";
import { ago } from "../../support/keys-command.ts";
import { startS3Server } from "../../support/s3-server.ts";
import { doctor, findingsAfter, openSite, type RunningCollector, SECRET, type Site } from "./running-collector.ts";

/** Each fault is planted into a set-up that is otherwise healthy, with real sockets, servers and a collector that runs. */

let site: Site;
let queues: CreatedQueues;
/** Healthy, and left so. */
let healthy: RunningCollector;
const started: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  site = await openSite();
  queues = await site.queues();
  healthy = await site.collector({ queues });
});

afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop();
});

afterAll(async () => {
  await healthy.stop();
  await site.close();
});

/** One to be spoilt. */
async function another(storage?: string): Promise<RunningCollector> {
  const running = await site.collector(storage === undefined ? {} : { storage });
  started.push(running);
  return running;
}

async function send(to: string, messages: readonly Buffer[]): Promise<void> {
  const publisher = await openPublisher(to);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
}

/** Of what comes through, on a machine with more to do. */
const STORED_BY_THEN_MS = 4_000;

describe("countersign doctor", () => {
  it("finds nothing at a healthy set-up, by both sockets and the queue, in both storages", async () => {
    const diagnosis = await doctor(...healthy.args);
    expect([diagnosis.findings, diagnosis.code, diagnosis.err]).toEqual([[], 0, "looked at 7 things: nothing found"]);
    const io = captureIo();
    const large = ["--datagram-bytes", "3000"];
    expect([await main(["doctor", ...healthy.args, ...large], io), io.lines]).toEqual([0, []]);
  });

  it("leaves nothing that is billed: usage leaves out its meter, and who names it gets 0, of a project of its own", async () => {
    await doctor(...healthy.args);
    const io = captureIo();
    const hour = ["--from", ago(3_600_000), "--to", new Date(Date.now() + 60_000).toISOString()];
    const usage = ["usage", "--storage", healthy.storage, ...hour, "--json"];
    expect([await main(usage, io), io.lines]).toEqual([0, []]);
    await main([...usage, "--meter", "countersign.doctor"], io);
    const rows = io.lines.map((line) => JSON.parse(line));
    expect(rows.map((row) => [row.meter, row.project_id, row.amount])).toEqual([
      ["countersign.doctor", "countersign.doctor", "0"],
    ]);
  });

  it("tells of ports that nobody listens at, by TCP and by UDP", async () => {
    const wrong = [`tcp://127.0.0.1:${await freePort()}`, `udp://127.0.0.1:${await freeUdpPort()}`];
    const diagnosis = await doctor(...healthy.args, ...wrong);
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.findings.map(({ severity, check, about }) => [severity, check, about]).sort()).toEqual(
      wrong.map((about) => ["fault", "socket", about]),
    );
  });

  it("tells of a wrong secret what the collector has said, and never the secret", async () => {
    const { args, udp, tcp } = await another();
    const wrong = args.map((arg) => (arg === SECRET ? "another secret of ours" : arg));
    const findings = await findingsAfter(1_000, wrong);
    expect(findings.filter(({ severity }) => severity === "fault")).toEqual(
      [udp, tcp].map((about) => ({
        severity: "fault",
        check: "sample",
        about,
        says: expect.stringMatching(
          /^a signed sample is not in dynamodb.*, s3.* after 1 s: the collector rejected it as bad-signature$/,
        ),
        todo: expect.stringContaining("docs/protocol.md#why-a-message-is-rejected"),
      })),
    );
    expect(JSON.stringify(findings)).not.toMatch(/another secret of ours|publishers ✓/);
  });

  it("tells of a clock that is an hour off, whichever of the two it is", async () => {
    const hour = 3_600_000;
    const found = await Promise.all(
      [hour, -hour].map((off) => examine([healthCheck(healthy.health, () => Date.now() + off)], 5_000)),
    );
    expect(found.flat().map(({ severity, says }) => [severity, says.replace(/[0-9]+ s/, inHours)])).toEqual([
      ["fault", "its clock is an hour behind the clock of this machine"],
      ["fault", "its clock is an hour ahead of the clock of this machine"],
    ]);
  });

  it("tells of a storage that is away, and looks into the other all the same", async () => {
    const gone = `s3://gone/log?endpoint=http://127.0.0.1:${await freePort()}`;
    const { findings } = await doctor(...healthy.args.map((arg) => (arg === healthy.storage ? `${arg},${gone}` : arg)));
    expect(findings).toEqual([
      {
        severity: "fault",
        check: "storage",
        about: gone,
        says: expect.stringMatching(/^it can't be read from here: .*ECONNREFUSED/),
        todo: expect.any(String),
      },
    ]);
  });

  it("tells of a storage that takes nothing, although it can be read", async () => {
    const s3 = await startS3Server();
    started.push({ stop: () => s3.close() });
    const { args, udp, tcp } = await another(`s3://readable/log?endpoint=${s3.endpoint}`);
    s3.fault = ({ method }) => (method === "PUT" ? { status: 503, code: "SlowDown" } : undefined);
    const findings = await findingsAfter(1_000, args);
    s3.fault = undefined;
    expect(findings.map(({ check, about, says }) => [check, about, says.split(": ")[1]])).toEqual(
      [udp, tcp].map((about) => ["sample", about, "it arrived and is genuine, and storage does not take it"]),
    );
  });

  it("tells of dead letters once, by the two queues whose they are", async () => {
    const { queueUrl, spillQueueUrl, deadLetterQueueUrl } = await site.queues();
    await send(deadLetterQueueUrl, [Buffer.from("e30=")]);
    const { findings } = await doctor("--queue", queueUrl, "--spill-queue", spillQueueUrl, "--no-send");
    expect(findings).toEqual([
      {
        severity: "fault",
        check: "dead-letters",
        about: deadLetterQueueUrl,
        says: expect.stringMatching(/^1 dead letters/),
        todo: expect.stringContaining("docs/runbook.md#dead-letters"),
      },
    ]);
  });

  it("tells of messages that wait in a spill queue which nobody reads", async () => {
    const { spillQueueUrl } = await site.queues();
    await send(spillQueueUrl, [Buffer.from("one"), Buffer.from("two")]);
    const { findings } = await doctor("--spill-queue", spillQueueUrl);
    expect(findings.map(({ check, says }) => [check, says])).toEqual([
      ["backlog", "2 messages wait that storage did not take"],
    ]);
  });

  it("tells who sends what is rejected, and for which reason, and of datagrams that came in fragments", async () => {
    const { args, udp, tcp, kept } = await another();
    const wrong = Array.from({ length: 6 }, (_, index) => Buffer.of(index));
    // A real publisher's, whose secret nobody has set.
    const bySomebody = fixture("datagrams/000.bin");
    await Promise.all([send(tcp, wrong), send(udp, [Buffer.alloc(2_000, 1), bySomebody])]);
    await eventually("all are kept", () => kept() === 8);
    const { findings } = await doctor(...args);
    expect(findings.map(({ severity, check, about, says }) => [severity, check, about, says])).toEqual([
      [
        "risk",
        "rejected",
        "tcp",
        expect.stringMatching(
          /^6 of [678] messages were rejected \(since the collector's start\); samples by reason: 6 not-a-sample$/,
        ),
      ],
      [
        "risk",
        "quarantine",
        "127.0.0.1 by tcp",
        expect.stringMatching(
          /^6 messages were rejected as not-a-sample, the newest at 20.*Z: expected a map, got a number$/,
        ),
      ],
      ...Array.from({ length: 2 }, () => ["risk", "quarantine", "127.0.0.1 by udp", expect.any(String)]),
      [
        "risk",
        "datagram",
        expect.stringMatching(/^file:/),
        expect.stringMatching(/^1 datagrams had more than 1400 bytes/),
      ],
    ]);
    expect(findings.map(({ says }) => says).join()).toMatch(
      /1 messages were rejected as bad-signature.*: signed with Ceilometer's well-known default secret/,
    );
  });

  it.each([
    [1_300, [], 1_400],
    [1_472, ["--datagram-bytes", "3000"], 3_000],
  ])("tells of a path on which datagrams of more than %d bytes are lost", async (most, more, lost) => {
    const path = await narrowPath(Number(healthy.udp.split(":").at(-1)), most);
    started.push(path);
    const narrow = healthy.args.map((arg) => (arg === healthy.udp ? path.url : arg));
    const findings = await findingsAfter(STORED_BY_THEN_MS, [...narrow, ...more]);
    const says = `a datagram of ${lost} bytes was not stored after ${STORED_BY_THEN_MS / 1_000} s, and smaller ones were`;
    expect(findings).toEqual([
      { severity: "fault", check: "datagram", about: path.url, says, todo: expect.any(String) },
    ]);
  });

  it("says of what can't be looked at why, and looks at the rest", async () => {
    const { queueUrl, deadLetterQueueUrl } = await site.queues();
    await send(deadLetterQueueUrl, [Buffer.from("e30=")]);
    const nobody = `http://127.0.0.1:${await freePort()}/000000000000/away`;
    const diagnosis = await doctor("--queue", queueUrl, "--spill-queue", nobody, "--no-send");
    expect(diagnosis.code).toBe(1);
    expect(diagnosis.findings.map(({ severity, check, about }) => [severity, check, about])).toEqual([
      ["fault", "dead-letters", deadLetterQueueUrl],
      ["unseen", "backlog", nobody],
    ]);
    expect(diagnosis.findings[1]?.says).toMatch(/^could not look, because .*ECONNREFUSED/);
  });

  it("says which keys can't be used to send", async () => {
    const keys = join(site.folder.path, "limited.json");
    const kept = { limited: { secret: SECRET, from: ["10.0.0.0/8"] } };
    await writeFile(keys, JSON.stringify(kept), { mode: 0o600 });
    const args = ["--listen", healthy.tcp, "--storage", healthy.storage, "--keys", keys];
    expect((await doctor(...args)).findings).toEqual([
      {
        severity: "unseen",
        check: "sample",
        about: healthy.tcp,
        says: "could not look, because each key is limited to some networks or publishers, and this machine may be none of them",
        todo: expect.any(String),
      },
    ]);
  });

  it("tells of a health port that does not answer", async () => {
    const health = `http://127.0.0.1:${await freePort()}`;
    const { findings } = await doctor("--health", health);
    expect(findings.map(({ severity, check, about }) => [severity, check, about])).toEqual([
      ["fault", "socket", health],
      ["unseen", "loss", `${health}/metrics`],
    ]);
  });
});

/** An answer's Date is exact to the second. */
function inHours(seconds: string): string {
  return Math.abs(Number.parseInt(seconds, 10) - 3_600) <= 2 ? "an hour" : seconds;
}

/** A way to a port of this machine on which datagrams of more bytes are lost. */
async function narrowPath(port: number, most: number): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const [outside, inside] = [createSocket("udp4"), createSocket("udp4")];
  outside.on("message", (bytes) => bytes.length <= most && inside.send(bytes, port, "127.0.0.1"));
  outside.bind(0, "127.0.0.1");
  await once(outside, "listening");
  return {
    url: `udp://127.0.0.1:${outside.address().port}`,
    stop: async () => {
      outside.close();
      inside.close();
    },
  };
}
