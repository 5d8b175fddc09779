import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Creates a queue and its dead-letter queue, `<name>-dead-letters`, as a deployment would. @returns their URLs */
export async function createQueues(
  client: SQSClient,
  name: string,
  maxReceiveCount: number,
): Promise<{ readonly queueUrl: string; readonly deadLetterQueueUrl: string }> {
  const deadLetterQueueUrl = await create(client, `${name}-dead-letters`, {});
  const attributes = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: attributes.Attributes?.QueueArn,
    maxReceiveCount: String(maxReceiveCount),
  });
  return { queueUrl: await create(client, name, { RedrivePolicy }), deadLetterQueueUrl };
}

async function create(client: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  if (QueueUrl === undefined) throw new Error(`the queue ${QueueName} was created without a URL`);
  return QueueUrl;
}
