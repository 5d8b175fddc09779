import { once } from "node:events";
import { connect } from "node:net";
import { generatedSamples } from "../../lib/cli/send/generate.ts";
import type { ValueMap } from "../../lib/sample/value.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import type { Checks } from "../interop/checks.ts";
import { eventually } from "../support/eventually.ts";
import type { Account } from "./account.ts";
import { type Figures, milliseconds } from "./figures.ts";
import type { ContainerImage } from "./image.ts";
import { publish } from "./publish.ts";
import { keyOf, messageIdOf } from "./queue-events.ts";
import { TASK_ROLE } from "./rehearse-access.ts";
import { spillsFromSockets } from "./rehearse-udp-spill.ts";
import { differencesOfIds, storedIds } from "./stored-ids.ts";
import { healthz, metricLines, ownHealthCheck, says, startTask, type UdpTask } from "./udp-task.ts";

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
const RECORDED_WITHIN_MS = 30_000;

/** The bundled UDP collector, as its container would run it. @returns what it wrote to its log */
export async function rehearseUdp(rehearsal: UdpRehearsal): Promise<readonly string[]> {
  const { checks, image, account } = rehearsal;
  const prescribed = image.readOnly && !["", "0", "root"].includes(image.user);
  checks.same("the task definition asks for a read-only root and a user of its own", prescribed ? [] : ["it does not"]);
  checks.same("its image has Node 24", /^node:24\./.test(image.base) ? [] : [image.base]);
  const task = await startTask(image, { ...image.environment, ...account.environmentOf(TASK_ROLE) });
  try {
    rehearsal.figures.add(
      "UDP collector start",
      milliseconds([task.startMs]),
      `process start to sockets bound, ${task.says}`,
    );
    checks.passed(`the bundled UDP collector starts ${task.says}`);
    await collectAndDrain(rehearsal, task);
  } finally {
    await task.running.kill();
  }
  return task.running.lines;
}

async function collectAndDrain(rehearsal: UdpRehearsal, task: UdpTask): Promise<void> {
  const { checks, account, image, figures } = rehearsal;
  const { running, udp, tcp, health } = task;
  checks.same("it answers the load balancer's check", [...(await healthz(health, 200))]);
  checks.same("it passes the task definition's health check", await ownHealthCheck(image, health));

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
  await eventually("it drains", () => says(running, "draining"));
  checks.same("after SIGTERM it fails the load balancer's check", await healthz(health, 503));
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
    const lines = await metricLines(health);
    const missing = expected.filter((line) => !lines.includes(line));
    if (missing.length === 0 || performance.now() > deadline) return missing;
  }
}

function lateAfter(milliseconds: number): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds, "not yet").unref();
  });
}
