import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import dynalite from "dynalite";
import { buildApp } from "fauxqs";
import { type CreatedQueues, createQueues } from "../../queue/create-queue.ts";
import { mostReceipts } from "../../queue/invocation/retry-pauses.ts";
import { openQueue } from "../../queue/queue-client.ts";

/** AWS's protocols on this machine, by real servers that run inside this process. */
export interface EmbeddedServices extends CreatedQueues {
  /** DynamoDB; its tables are kept in a folder. */
  readonly dynamodb: string;
  /** S3 and SQS; both hold everything in memory only. */
  readonly s3AndSqs: string;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";
/** As in AWS: after so many deliveries a message goes to the dead-letter queue. */
const MAX_RECEIVE_COUNT = mostReceipts;

/** @param folder where tables are kept between runs; made if it is absent */
export async function startEmbeddedServices(folder: string): Promise<EmbeddedServices> {
  await mkdir(folder, { recursive: true });
  const database = dynalite({ path: join(folder, "dynamodb"), createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  database.listen(0, HOST);
  await once(database, "listening");
  // Not its own starter, which would listen on all addresses of the machine.
  const messaging = buildApp({ logger: false });
  const stop = async () => {
    const closed = new Promise<void>((resolve) => database.close(() => resolve()));
    database.closeAllConnections();
    await Promise.all([closed, messaging.close()]);
  };
  try {
    const s3AndSqs = await messaging.listen({ port: 0, host: HOST });
    return { dynamodb: `http://${HOST}:${portOf(database)}`, s3AndSqs, ...(await meteringQueues(s3AndSqs)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function meteringQueues(endpoint: string): Promise<CreatedQueues> {
  const service = openQueue(`${endpoint}/metering`);
  if ("problem" in service) throw new Error(service.problem);
  try {
    return await createQueues(service.client, "metering", MAX_RECEIVE_COUNT);
  } finally {
    service.client.destroy();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the embedded DynamoDB got no port");
  return address.port;
}
