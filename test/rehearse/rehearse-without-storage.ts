import { generatedSamples } from "../../lib/cli/send/generate.ts";
import type { ValueMap } from "../../lib/sample/value.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import type { Checks } from "../interop/checks.ts";
import { eventually } from "../support/eventually.ts";
import type { Account } from "./account.ts";
import { startContainerCredentials } from "./container-credentials.ts";
import type { ContainerImage } from "./image.ts";
import { publish } from "./publish.ts";
import { keyOf, messageIdOf } from "./queue-events.ts";
import { TASK_ROLE } from "./rehearse-access.ts";
import { spilledBytes } from "./rehearse-udp-spill.ts";
import { differencesOfIds, storedIds } from "./stored-ids.ts";
import { healthz, metricLines, ownHealthCheck, says, startTask, stopTask, type UdpTask } from "./udp-task.ts";

export interface WithoutStorage {
  readonly checks: Checks;
  readonly account: Account;
  readonly image: ContainerImage;
}

/** By each of UDP and TCP. */
const SAMPLES = 20;
/** The collector tries for five seconds before it spills. */
const SETTLED_WITHIN_MS = 20_000;
/** Longer than the longest pause between two attempts to open storage. */
const OPEN_WITHIN_MS = 60_000;

type Rehearsal = WithoutStorage & { readonly environment: Readonly<Record<string, string>> };

/**
 * The bundled UDP collector with the credentials of a container, in an outage of DynamoDB: one that runs already, and one
 * that is started in it. @returns what both wrote to their logs
 */
export async function rehearseWithoutStorage(all: WithoutStorage): Promise<readonly string[]> {
  const { checks, account, image } = all;
  const credentials = await startContainerCredentials();
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _key, ...services } = account.environmentOf(TASK_ROLE);
  const environment = { ...image.environment, ...services, ...credentials.environment };
  const lines: string[] = [];
  try {
    for (const part of [losesStorage, startsWithoutStorage]) {
      const before = new Set(account.dynamodb.signers);
      lines.push(...(await part({ ...all, environment })));
      const signers = Array.from(account.dynamodb.signers).filter((one) => !before.has(one));
      const foreign = signers.filter((one) => !credentials.given.includes(one));
      checks.same(
        "its calls were signed with the container's credentials, and with renewed ones later",
        signers.length > 1 ? foreign : [`signed with ${signers.join() || "nothing new"}`],
      );
    }
  } finally {
    account.dynamodb.refuse(false);
    await credentials.stop();
  }
  return lines;
}

async function losesStorage(all: Rehearsal): Promise<readonly string[]> {
  const { account, checks } = all;
  const [first, rest] = [samplesOf(all, SAMPLES), samplesOf(all, 2 * SAMPLES)];
  return running(all, async (task) => {
    await publish(task.udp, first.map(encodeMsgpack));
    await settled(task, [`countersign_samples_recorded_total{listener="udp"} ${SAMPLES}`]);
    account.dynamodb.refuse(true);
    await spills(all, task, rest);
    checks.same("without storage it answers the load balancer's check", await healthz(task.health, 200));
    checks.same("without storage it exits with 0 after SIGTERM", await stopTask(task));
    account.dynamodb.refuse(false);
    await stored(all, first, "what came before");
  });
}

async function startsWithoutStorage(all: Rehearsal): Promise<readonly string[]> {
  const { account, checks, image } = all;
  const [first, late] = [samplesOf(all, 2 * SAMPLES), samplesOf(all, SAMPLES)];
  account.dynamodb.refuse(true);
  return running(all, async (task) => {
    await eventually("it says that storage is missing", () => says(task.running, "receiving without storage"));
    checks.passed("started without storage, it receives, and says so");
    checks.same("started without storage, it answers the load balancer's check", await healthz(task.health, 200));
    checks.same("and passes the task definition's", await ownHealthCheck(image, task.health));
    await spills(all, task, first);
    account.dynamodb.refuse(false);
    await eventually("storage is open", () => says(task.running, "storage is open"), OPEN_WITHIN_MS);
    await publish(task.udp, late.map(encodeMsgpack));
    await settled(task, [`countersign_samples_recorded_total{listener="udp"} ${SAMPLES}`]);
    const without = (await metricLines(task.health)).find((line) => /^countersign_seconds_without_storage/.test(line));
    checks.same("its figures have how long it was without", / [1-9][0-9]*$/.test(without ?? "") ? [] : [`${without}`]);
    checks.same("it exits with 0 after SIGTERM", await stopTask(task));
    await stored(all, late, "once storage is there, what comes");
  });
}

/** @returns what the collector wrote to its log */
async function running(
  { image, environment }: Rehearsal,
  work: (task: UdpTask) => Promise<void>,
): Promise<readonly string[]> {
  const task = await startTask(image, environment);
  try {
    await work(task);
  } finally {
    await task.running.kill();
  }
  return task.running.lines;
}

function samplesOf({ account }: WithoutStorage, count: number): readonly ValueMap[] {
  return Array.from(generatedSamples(keyOf(account.signingSecret), count));
}

/** Half by UDP, half by TCP: each is in the spill queue in the end, byte for byte. */
async function spills(
  { checks, account, environment }: Rehearsal,
  task: UdpTask,
  samples: readonly ValueMap[],
): Promise<void> {
  const messages = samples.map(encodeMsgpack);
  await publish(task.udp, messages.slice(0, SAMPLES));
  await publish(task.tcp, messages.slice(SAMPLES));
  await settled(
    task,
    ["udp", "tcp"].map((listener) => `countersign_samples_spilled_total{listener="${listener}"} ${SAMPLES}`),
  );
  const spilled = await spilledBytes(account.localQueue(environment.COUNTERSIGN_SPILL_QUEUE ?? ""));
  const times = (bytes: Buffer) => spilled.filter((one) => one === bytes.toString("base64")).length;
  const wrong = messages.filter((bytes) => times(bytes) !== 1);
  checks.same(
    `without storage it receives, and each of ${messages.length} samples is in the spill queue once`,
    wrong.length === 0 ? [] : [`${wrong.length} are not, of ${spilled.length} there`],
  );
}

async function settled({ health }: UdpTask, expected: readonly string[]): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const lines = await metricLines(health);
    const missing = expected.filter((line) => !lines.includes(line));
    if (missing.length === 0) return;
    if (performance.now() > deadline) throw new Error(`not within ${SETTLED_WITHIN_MS} ms: ${missing.join(", ")}`);
  }
}

async function stored({ checks, account, image }: Rehearsal, samples: readonly ValueMap[], what: string) {
  for (const driver of await account.openStorages(image.environment.COUNTERSIGN_STORAGE ?? "")) {
    const differences = differencesOfIds(samples.map(messageIdOf), await storedIds(driver));
    await driver.close();
    checks.same(`${what} is read back once from ${driver.name}`, differences);
  }
}
