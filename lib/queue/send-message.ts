import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Queue } from "./queue-client.ts";

/** @param body at most 1 MiB of text, SQS's own limit */
export async function sendMessage({ client, url }: Queue, body: string): Promise<void> {
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
}
