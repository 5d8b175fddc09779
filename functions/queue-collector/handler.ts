import { deployedDrivers } from "../../lib/assembly/deployed-drivers.ts";
import { startQueueCollector } from "../../lib/assembly/queue-side.ts";
import { openLineWriter } from "../../lib/log/open-line-writer.ts";
import type { QueueHandler } from "../../lib/queue/queue-handler.ts";

/**
 * The Lambda function behind the queue. All that is slow is done here, while Lambda starts the function; a
 * setting that can't be used stops the start, and the messages stay in the queue.
 */
const log = openLineWriter(1);
const { handler: started } = await startQueueCollector({
  write: log.write,
  drivers: deployedDrivers,
  droppedLines: log.dropped,
});

export const handler: QueueHandler = started;
