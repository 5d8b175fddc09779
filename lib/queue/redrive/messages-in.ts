import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Queue } from "../queue-client.ts";

/** How many messages may be received, as far as SQS knows at this moment. Rejects as the client does. */
export async function messagesIn({ client, url }: Queue): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] });
  return Number((await client.send(command)).Attributes?.ApproximateNumberOfMessages ?? 0);
}
