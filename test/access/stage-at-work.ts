import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { vi } from "vitest";
import { startCanary } from "../../lib/assembly/canary.ts";
import { deployedDrivers } from "../../lib/assembly/deployed-drivers.ts";
import { type QueueCollector, startQueueCollector } from "../../lib/assembly/queue-side.ts";
import { startUdpCollector, type UdpCollector } from "../../lib/assembly/socket-side.ts";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import { openSpillQueue } from "../../lib/queue/open-spill-queue.ts";
import { eventSourceArn } from "../../lib/queue/queue-arn.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";
import type { Account } from "../rehearse/account.ts";
import { listAt, objectAt, textAt } from "../rehearse/json.ts";
import { recordOf } from "../rehearse/queue-events.ts";
import { resolveText, resolveTexts } from "../rehearse/resolve.ts";
import type { Templates } from "../rehearse/templates.ts";

type Environment = Readonly<Record<string, string>>;

const write = () => true;
/** Of an invocation. */
const CONTEXT = { getRemainingTimeInMillis: () => 30_000 };

/** Runs what a role runs, with what AWS would give it: whatever calls are made first here are signed as this role. */
export async function workingAs<T>(account: Account, role: string, work: () => Promise<T>): Promise<T> {
  for (const [name, value] of Object.entries(account.environmentOf(role))) vi.stubEnv(name, value);
  try {
    return await work();
  } finally {
    vi.unstubAllEnvs();
  }
}

/** The environment of a function, by how its logical id begins. */
export function functionEnvironment(templates: Templates, id: string): Environment {
  const found = templates.ofType("AWS::Lambda::Function").find(({ logicalId }) => logicalId.startsWith(id));
  if (found === undefined) throw new Error(`no function ${id}`);
  return resolveTexts(templates, found.stack, objectAt(found.properties, "Environment", "Variables"));
}

export function taskEnvironment(templates: Templates): Environment {
  const [task] = templates.ofType("AWS::ECS::TaskDefinition");
  const [container] = listAt(task?.properties, "ContainerDefinitions");
  const variables = listAt(container, "Environment").map((one) => [
    textAt(one, "Name"),
    resolveText(templates, task?.stack ?? "", objectAt(one).Value),
  ]);
  return Object.fromEntries(variables);
}

/** The function: stores messages, rejects one, and has those of both queues come back, or go, at its own word. */
export async function functionAtWork(
  account: Account,
  environment: Environment,
  queueUrl: string,
  { bodies, refused }: { readonly bodies: readonly string[]; readonly refused: string },
): Promise<QueueCollector> {
  const collector = await startQueueCollector({ write, drivers: deployedDrivers, environment });
  const handle = (...Records: readonly SQSRecord[]) => collector.handler({ Records: [...Records] }, CONTEXT);
  const arns = [queueUrl, environment.COUNTERSIGN_SPILL_QUEUE ?? ""].map(eventSourceArn);
  await handle(...bodies.map((body) => recordOf(body, arns[0])));
  for (const arn of arns) {
    // One that was received so often is judged alone, and those before it are deleted while the answer is uncertain.
    const [before, often] = [recordOf("[]", arn), recordOf("[]", arn)];
    await handle(before, { ...often, attributes: { ...often.attributes, ApproximateReceiveCount: "50" } });
    account.dynamodb.refuse("without a right");
    await handle(recordOf(refused, arn));
    account.dynamodb.refuse(false);
  }
  return collector;
}

/** A task: stores what comes, rejects one, and spills. */
export async function taskAtWork(environment: Environment, messages: readonly Buffer[]): Promise<UdpCollector> {
  const started = await startUdpCollector({
    ...{ write, drivers: deployedDrivers, drainMs: 0 },
    environment: {
      ...environment,
      COUNTERSIGN_LISTEN: "udp://127.0.0.1:0,tcp://127.0.0.1:0",
      COUNTERSIGN_HEALTH_PORT: "0",
    },
  });
  if ("problems" in started) throw new Error(started.problems.join("; "));
  const tcp = started.listening.find((url) => url.startsWith("tcp:")) ?? "";
  const publisher = await openPublisher(tcp);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
  // By itself it would do so after five seconds without storage.
  const spill = openSpillQueue(environment.COUNTERSIGN_SPILL_QUEUE ?? "");
  if (!spill.ok) throw new Error(spill.problem);
  const receipt = { listener: "udp", address: "10.0.0.1", receivedAt: Date.now() } as const;
  const spilled = await spill.queue.send(messages.map((bytes) => ({ bytes, receipt })));
  if (!spilled.ok) throw new Error("the spill queue takes nothing", { cause: spilled.cause });
  await spill.queue.close();
  return started;
}

/** One run of a canary. @returns what is wrong with it */
export async function canaryAtWork(environment: Environment, to?: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const told = to === undefined ? environment : { ...environment, COUNTERSIGN_CANARY_TO: to.join(",") };
  await startCanary({ write: (line) => lines.push(line), environment: told })();
  return lines.filter((line) => !line.includes("a sample came through") && !line.includes('"_aws"'));
}

/** What Lambda does: takes from a queue what is sent to it, and hands it to the function. */
export async function handOn(queueUrl: string, localUrl: string, collector: QueueCollector): Promise<void> {
  const queue = openQueue(localUrl);
  if ("problem" in queue) throw new Error(queue.problem);
  const { Messages = [] } = await queue.client.send(
    new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 5 }),
  );
  queue.client.destroy();
  const records = Messages.map(({ Body = "" }) => recordOf(Body, eventSourceArn(queueUrl)));
  await collector.handler({ Records: records }, CONTEXT);
}
