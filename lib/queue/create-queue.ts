import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** URLs of the queues that belong together. */
export interface CreatedQueues {
  readonly queueUrl: string;
  /** For what the collector could not store; only its own roles write there. */
  readonly spillQueueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/**
 * Creates a queue, its spill queue `<name>-spill` and the dead-letter queue of both, `<name>-dead-letters`, as a
 * deployment would.
 */
export async function createQueues(client: SQSClient, name: string, maxReceiveCount: number): Promise<CreatedQueues> {
  const deadLetterQueueUrl = await create(client, `${name}-dead-letters`, {});
  const attributes = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: attributes.Attributes?.QueueArn,
    maxReceiveCount: String(maxReceiveCount),
  });
  return {
    queueUrl: await create(client, name, { RedrivePolicy }),
    spillQueueUrl: await create(client, `${name}-spill`, { RedrivePolicy }),
    deadLetterQueueUrl,
  };
}

async function create(client: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  if (QueueUrl === undefined) throw new Error(`the queue ${QueueName} was created without a URL`);
  return QueueUrl;
}
