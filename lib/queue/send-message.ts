import { type MessageAttributeValue, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { MessageAttributes } from "../sample/arrived.ts";
import type { Queue } from "./queue-client.ts";

/** @param body at most 1 MiB of text, SQS's own limit, which counts the attributes as well */
export async function sendMessage(
  { client, url }: Queue,
  body: string,
  attributes: MessageAttributes = {},
): Promise<void> {
  const texts = Object.entries(attributes).map(([name, value]): [string, MessageAttributeValue] => [
    name,
    { DataType: "String", StringValue: value },
  ]);
  const input = { QueueUrl: url, MessageBody: body, MessageAttributes: Object.fromEntries(texts) };
  await client.send(new SendMessageCommand(input));
}
