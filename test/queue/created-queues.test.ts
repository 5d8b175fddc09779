import { GetQueueAttributesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log/logger.ts";
import { createPoller } from "../../lib/queue/poller.ts";
import { isFromQueue } from "../../lib/queue/queue-arn.ts";
import { type EmbeddedQueues, startQueues } from "../support/embedded-queues.ts";
import { eventually } from "../support/eventually.ts";

let queues: EmbeddedQueues;
beforeAll(async () => {
  queues = await startQueues();
});
afterAll(() => queues.stop());

describe("created queues", () => {
  it("give up to one dead-letter queue, the spill queue too", async () => {
    const { queueUrl, spillQueueUrl, deadLetterQueueUrl } = await queues.create("metering");
    const names = [queueUrl, spillQueueUrl, deadLetterQueueUrl].map((url) => url.split("/").at(-1));
    expect(names).toEqual(["metering", "metering-spill", "metering-dead-letters"]);
    const policies = [queueUrl, spillQueueUrl].map(async (QueueUrl) => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["RedrivePolicy"] });
      return (await queues.open(QueueUrl).client.send(command)).Attributes?.RedrivePolicy;
    });
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:metering-dead-letters";
    const policy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: "5" });
    expect(await Promise.all(policies)).toEqual([policy, policy]);
  });
});

describe("the poller's records", () => {
  it("have a message's attributes as Lambda gives them, and the queue that they come from", async () => {
    const { spillQueueUrl } = await queues.create("attributes");
    const queue = queues.open(spillQueueUrl);
    const MessageAttributes = {
      "webhook-id": { DataType: "String", StringValue: "key-1:a" },
      count: { DataType: "Number", StringValue: "7" },
      raw: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 255) },
    };
    await queue.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "[]", MessageAttributes }));
    const records: SQSRecord[] = [];
    const handler = async ({ Records }: { readonly Records: readonly SQSRecord[] }) => {
      records.push(...Records);
      return { batchItemFailures: [] };
    };
    const poller = createPoller(
      queue,
      handler,
      createLogger(() => {}),
    );
    poller.start();
    await eventually("received", () => records.length === 1);
    await poller.stop();
    expect(records[0]?.messageAttributes).toEqual({
      "webhook-id": { dataType: "String", stringValue: "key-1:a" },
      count: { dataType: "Number", stringValue: "7" },
      raw: { dataType: "Binary", binaryValue: "Af8=" },
    });
    expect(isFromQueue(records[0]?.eventSourceARN ?? "", spillQueueUrl)).toBe(true);
  });
});
