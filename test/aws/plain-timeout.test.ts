import { createServer } from "node:http";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterEach, expect, it } from "vitest";
import { callLimits } from "../../lib/aws/client-options.ts";
import { plainTimeout } from "../../lib/aws/plain-timeout.ts";
import { openQueue } from "../../lib/queue/queue-client.ts";

const silent = createServer(() => {});

afterEach(() => {
  silent.close();
  silent.closeAllConnections();
});

it("spells a time-out of the SDK's as a person would", async () => {
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const limits = { ...callLimits.spillQueue, answerMs: 50, silenceMs: 50, maxAttempts: 1 };
  const queue = openQueue(`http://127.0.0.1:${address.port}/000000000000/metering`, limits);
  if ("problem" in queue) throw new Error(queue.problem);
  const asked = queue.client.send(new GetQueueAttributesCommand({ QueueUrl: queue.url }));
  await expect(asked).rejects.toThrow(/^no answer from the service within 50 ms$/);
  queue.client.destroy();
});

it("leaves all other errors as they are", () => {
  const error = new Error("connect ECONNREFUSED 127.0.0.1:9");
  expect(plainTimeout(error)).toBe(error);
  expect(error.message).toBe("connect ECONNREFUSED 127.0.0.1:9");
  expect(plainTimeout("text")).toBe("text");
});
