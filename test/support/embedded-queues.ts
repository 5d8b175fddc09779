import { GetQueueAttributesCommand, type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import { type CreatedQueues, createQueues } from "../../lib/queue/create-queue.ts";
import { openQueue, type Queue } from "../../lib/queue/queue-client.ts";

export interface EmbeddedQueues {
  /** Makes queues of that name, as a deployment would; the clients are closed with the server. */
  create(name: string): Promise<CreatedQueues>;
  open(url: string): Queue;
  stop(): Promise<void>;
}

/** A server that speaks SQS's protocol, on a port of its own. */
export async function startQueues(): Promise<EmbeddedQueues> {
  const server = buildApp({ logger: false });
  const endpoint = await server.listen({ port: 0, host: "127.0.0.1" });
  const opened: Queue[] = [];
  const open = (url: string): Queue => {
    const queue = openQueue(url);
    if ("problem" in queue) throw new Error(queue.problem);
    opened.push(queue);
    return queue;
  };
  return {
    open,
    create: (name) => createQueues(open(`${endpoint}/${name}`).client, name, 5),
    async stop() {
      for (const { client } of opened) client.destroy();
      await server.close();
    },
  };
}

/** Takes everything that is visible now. */
export async function takeAll({ client, url }: Queue, VisibilityTimeout = 600): Promise<readonly Message[]> {
  const taken: Message[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return taken;
    taken.push(...Messages);
  }
}

/** Messages that anybody could take now. */
export async function visibleIn({ client, url }: Queue): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["ApproximateNumberOfMessages"] });
  return Number((await client.send(command)).Attributes?.ApproximateNumberOfMessages);
}

/** Makes a client fail at some calls as if the service did, before they are made. */
export function failAt({ client }: Queue, isFaulty: (command: string) => boolean): void {
  client.middlewareStack.add(
    (next, context) => async (call) => {
      if (isFaulty(context.commandName ?? "")) throw Object.assign(new Error("at random"), { name: "ServiceFault" });
      return next(call);
    },
    { step: "initialize" },
  );
}
