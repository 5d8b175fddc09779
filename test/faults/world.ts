import { GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { openQueue, type Queue } from "../../lib/queue/queue-client.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startProgram } from "./program.ts";

/** AWS's services in a process of their own, and a folder, for one test. */
export interface World {
  readonly folder: string;
  readonly dynamodb: string;
  readonly s3AndSqs: string;
  readonly queue: Queue;
  readonly spillQueue: Queue;
  readonly deadLetterQueue: Queue;
}

export async function openWorld(): Promise<World> {
  const folder = await temporaryFolder();
  const services = await startProgram("services", [folder.path]);
  const { dynamodb, s3AndSqs, queueUrl, spillQueueUrl, deadLetterQueueUrl } = services.ready;
  const queues = [queueUrl, spillQueueUrl, deadLetterQueueUrl].map((url) => opened(String(url)));
  const [queue, spillQueue, deadLetterQueue] = queues;
  if (queue === undefined || spillQueue === undefined || deadLetterQueue === undefined) throw new Error("no queues");
  onTestFinished(async () => {
    for (const { client } of queues) client.destroy();
    await services.kill();
    await folder.remove();
  });
  return {
    folder: folder.path,
    dynamodb: String(dynamodb),
    s3AndSqs: String(s3AndSqs),
    queue,
    spillQueue,
    deadLetterQueue,
  };
}

function opened(url: string): Queue {
  const queue = openQueue(url);
  if ("problem" in queue) throw new Error(queue.problem);
  return queue;
}

/** Messages in a queue, those that somebody has taken and not deleted included. */
export async function depth({ client, url }: Queue): Promise<number> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    }),
  );
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
}

/** @param bodies ten at most */
export async function sendBodies({ client, url }: Queue, bodies: readonly string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
  if (Failed.length > 0) throw new Error(`${Failed.length} messages were not sent`);
}

/** The message ids of all samples that a storage gives back, sorted; an id twice if it is there twice. */
export async function storedIds(storageUrl: string): Promise<readonly string[]> {
  const storage = await openStorage(storageUrl, allDrivers, { readOnly: true });
  if (!storage.ok) throw new Error(storage.problem);
  const ids: string[] = [];
  for await (const sample of storage.driver.samples({})) ids.push(sample.message_id);
  await storage.driver.close();
  return ids.sort();
}
