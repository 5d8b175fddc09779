import { once } from "node:events";
import { connect } from "node:net";
import { generatedSamples } from "../../lib/cli/send/generate.ts";
import type { ValueMap } from "../../lib/sample/value.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import type { Checks } from "../interop/checks.ts";
import { eventually } from "../support/eventually.ts";
import type { Account } from "./account.ts";
import { confinement } from "./confine.ts";
import { type Figures, milliseconds } from "./figures.ts";
import type { ContainerImage } from "./image.ts";
import { listAt, parseJson, textAt } from "./json.ts";
import { type Running, run, start } from "./processes.ts";
import { publish } from "./publish.ts";
import { keyOf, messageIdOf } from "./queue-events.ts";
import { spillsFromSockets } from "./rehearse-udp-spill.ts";
import { differencesOfIds, storedIds } from "./stored-ids.ts";

export interface UdpRehearsal {
  readonly checks: Checks;
  readonly figures: Figures;
  readonly account: Account;
  readonly image: ContainerImage;
}

/** Few enough for a socket's buffer to hold them all, whatever else the machine does. */
const DATAGRAMS = 150;
const FRAMES = 500;
/** Sent after the signal, while the load balancer would still send. */
const LATE_DATAGRAMS = 50;
const READY_WITHIN_MS = 20_000;
const RECORDED_WITHIN_MS = 30_000;

/** The bundled UDP collector, as its container would run it. @returns what it wrote to its log */
export async function rehearseUdp(rehearsal: UdpRehearsal): Promise<readonly string[]> {
  const { checks, image } = rehearsal;
  const confined = await confinement();
  const prescribed = image.readOnly && !["", "0", "root"].includes(image.user);
  checks.same("the task definition asks for a read-only root and a user of its own", prescribed ? [] : ["it does not"]);
  checks.same("its image has Node 24", /^node:24\./.test(image.base) ? [] : [image.base]);
  const [command = "", ...args] = [...confined.prefix, ...image.command];
  const before = performance.now();
  const running = start(command, args, { cwd: image.folder, env: environmentOf(rehearsal) });
  try {
    const ready = () => running.lines.some((line) => textAt(parseJson(line), "message") === "receiving");
    const gone = running.ended.then((end) => Promise.reject(new Error(`it ended with ${end}: ${running.tail()}`)));
    await Promise.race([gone, eventually("the collector receives", ready, READY_WITHIN_MS)]);
    rehearsal.figures.add(
      "UDP collector start",
      milliseconds([performance.now() - before]),
      `process start to sockets bound, ${confined.says}`,
    );
    checks.passed(`the bundled UDP collector starts ${confined.says}`);
    await collectAndDrain(rehearsal, running);
  } finally {
    await running.kill();
  }
  return running.lines;
}

/** The container's own environment, with ports and addresses of this machine. */
function environmentOf({ image, account }: UdpRehearsal): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...account.localized(image.environment),
    ...account.environment,
    COUNTERSIGN_LISTEN: (image.environment.COUNTERSIGN_LISTEN ?? "").replace(/\/\/[^,]+:\d+/g, "//127.0.0.1:0"),
    COUNTERSIGN_HEALTH_PORT: "0",
  };
}

async function collectAndDrain(rehearsal: UdpRehearsal, running: Running): Promise<void> {
  const { checks, account, image, figures } = rehearsal;
  const ready = parseJson(running.lines.find((line) => textAt(parseJson(line), "message") === "receiving") ?? "");
  const listening = listAt(ready, "listening").map(String);
  const health = textAt(ready, "health");
  const udp = listening.find((url) => url.startsWith("udp:")) ?? "";
  const tcp = listening.find((url) => url.startsWith("tcp:")) ?? "";
  checks.same("it answers the load balancer's check", [...(await status(health, "/healthz", 200))]);
  await ownHealthCheck(rehearsal, health);

  const samples = Array.from(generatedSamples(keyOf(account.signingSecret), DATAGRAMS + FRAMES + LATE_DATAGRAMS));
  // What ended Ceilometer's collector for good, and a sample that somebody else signed.
  const forged = Array.from(generatedSamples(keyOf("another secret"), 1), encodeMsgpack);
  await publish(udp, [Buffer.of(0x07), ...forged, ...samples.slice(0, DATAGRAMS).map(encodeMsgpack)]);
  await publish(tcp, [...forged, ...samples.slice(DATAGRAMS, DATAGRAMS + FRAMES).map(encodeMsgpack)]);
  checks.same("its metrics count every datagram and frame", await counted(health));

  await spillsFromSockets({ checks, account, image, udp, health });

  const idle = connect(Number(new URL(tcp).port), "127.0.0.1").on("error", () => undefined);
  await once(idle, "connect");
  const asked = performance.now();
  running.process.kill("SIGTERM");
  await eventually("it drains", () => running.lines.some((line) => textAt(parseJson(line), "message") === "draining"));
  checks.same("after SIGTERM it fails the load balancer's check", await status(health, "/healthz", 503));
  await publish(udp, samples.slice(-LATE_DATAGRAMS).map(encodeMsgpack));
  const end = await Promise.race([running.ended, lateAfter(image.stopTimeoutMs)]);
  idle.destroy();
  const within = `within the task's ${image.stopTimeoutMs / 1_000} s`;
  checks.same(`after SIGTERM it drains and exits with 0 ${within}`, end === 0 ? [] : [`${end}: ${running.tail()}`]);
  figures.add(
    "UDP collector stop",
    `${((performance.now() - asked) / 1_000).toFixed(1)} s`,
    "SIGTERM to exit, drain period included",
  );
  await allStored(rehearsal, samples);
  await quarantined(rehearsal);
}

async function allStored({ checks, account, image }: UdpRehearsal, samples: readonly ValueMap[]): Promise<void> {
  const ids = samples.map(messageIdOf);
  for (const driver of await account.openStorages(image.environment.COUNTERSIGN_STORAGE ?? "")) {
    const differences = differencesOfIds(ids, await storedIds(driver));
    await driver.close();
    checks.same(`each of its ${ids.length} samples is read back once from ${driver.name}`, differences);
  }
}

/** The byte and the forged sample, which came a second time by TCP. */
async function quarantined({ checks, account, image }: UdpRehearsal): Promise<void> {
  const quarantine = await account.openQuarantine(image.environment.COUNTERSIGN_QUARANTINE ?? "");
  const kept: string[] = [];
  for await (const { arrived, reasons } of quarantine.entries()) {
    const { listener, address } = arrived.receipt;
    if (listener !== "queue") kept.push(`${listener} ${reasons.map(({ reason }) => reason).join()} from ${address}`);
  }
  await quarantine.close();
  const expected = ["udp bad-signature from 127.0.0.1", "udp not-a-sample from 127.0.0.1"];
  const missing = expected.filter((one) => !kept.includes(one));
  checks.same(
    "what it rejected is in the quarantine, with its address",
    missing.map((one) => `${one}, among ${JSON.stringify(kept)}`),
  );
}

/** The task definition's own health check, which ECS runs inside the container. */
async function ownHealthCheck({ checks, image }: UdpRehearsal, health: string): Promise<void> {
  const port = image.environment.COUNTERSIGN_HEALTH_PORT ?? "";
  const [, ...args] = image.healthCheck.map((part) => part.replaceAll(`:${port}/`, `:${new URL(health).port}/`));
  const [node = ""] = image.command;
  const done = await run(node, args, { cwd: image.folder, env: {}, withinMs: 10_000 });
  checks.same("it passes the task definition's health check", done.ok ? [] : [done.tail]);
}

async function status(health: string, path: string, expected: number): Promise<readonly string[]> {
  const response = await fetch(new URL(path, health), { signal: AbortSignal.timeout(5_000) });
  await response.text();
  return response.status === expected ? [] : [`${path} answered ${response.status}, expected ${expected}`];
}

/** Looks until all that was sent so far is counted. @returns what is missing from `/metrics` in the end */
async function counted(health: string): Promise<readonly string[]> {
  const expected = [
    `countersign_messages_received_total{listener="udp"} ${DATAGRAMS + 2}`,
    `countersign_messages_recorded_total{listener="udp"} ${DATAGRAMS}`,
    `countersign_messages_received_total{listener="tcp"} ${FRAMES + 1}`,
    `countersign_messages_recorded_total{listener="tcp"} ${FRAMES}`,
    'countersign_samples_rejected_total{listener="tcp",reason="bad-signature"} 1',
    'countersign_samples_rejected_total{listener="udp",reason="bad-signature"} 1',
    'countersign_kernel_drops_total{listener="udp"} 0',
  ];
  const deadline = performance.now() + RECORDED_WITHIN_MS;
  for (;;) {
    const response = await fetch(new URL("/metrics", health), { signal: AbortSignal.timeout(5_000) });
    const lines = new Set((await response.text()).split("\n"));
    const missing = expected.filter((line) => !lines.has(line));
    if (missing.length === 0 || performance.now() > deadline) return missing;
  }
}

function lateAfter(milliseconds: number): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds, "not yet").unref();
  });
}
