import { createTokenBucket } from "../flow/token-bucket.ts";
import type { Logger } from "../log/logger.ts";
import type { NewConflict } from "./recently-recorded.ts";

/** Token bucket of log lines, because the holder of a key decides how many conflicts there are. */
const LINES = { burst: 10, perMinute: 6 } as const;

/** The most characters of an id in a line; tenants choose some of them. */
const LONGEST_ID = 80;

/** Logs conflicts as they are recorded, and with the next line how many were passed over; the figures have them all. */
export function createConflictLog(logger: Logger, now = () => performance.now()): (conflict: NewConflict) => void {
  const bucket = createTokenBucket({ ...LINES, now });
  let unlogged = 0;
  return ({ sample, before, now: content }) => {
    if (!bucket.take()) {
      unlogged++;
      return;
    }
    const { counter_name, resource_id, time, message_id } = sample;
    logger.warn("a sample was recorded with two contents: see countersign conflicts", {
      ...{ meter: shortened(counter_name), resource: shortened(resource_id), time, message_id: shortened(message_id) },
      ...{ before, now: content, unlogged },
    });
    unlogged = 0;
  };
}

function shortened(id: string): string {
  return id.length > LONGEST_ID ? `${id.slice(0, LONGEST_ID)}…` : id;
}
