import { startQueueCollector } from "../../lib/assembly/queue-side.ts";
import type { QueueHandler } from "../../lib/queue/queue-handler.ts";

/**
 * The Lambda function behind the queue. All that is slow is done here, while Lambda starts the function; a
 * setting that can't be used stops the start, and the messages stay in the queue.
 */
const { handler: started } = await startQueueCollector((line) => void process.stdout.write(`${line}\n`));

export const handler: QueueHandler = started;
