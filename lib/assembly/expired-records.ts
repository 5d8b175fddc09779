import { createTokenBucket } from "../flow/token-bucket.ts";
import type { Logger } from "../log/logger.ts";
import type { ExpiredRecords } from "../storage/storage-kind.ts";

/** Token bucket of log lines, because a publisher's clock decides how many expired records there are. */
const LINES = { burst: 1, perMinute: 1 } as const;

export interface ExpiredCounter {
  note(expired: ExpiredRecords): void;
  count(): number;
}

/** Counts records that were stored with an expiry in the past, and says so; with the next line, of those in between. */
export function createExpiredCounter(logger: Logger, now = () => performance.now()): ExpiredCounter {
  const bucket = createTokenBucket({ ...LINES, now });
  let total = 0;
  let untold = { records: 0, kept: 0 };
  return {
    note({ records, kept }) {
      total += records;
      untold = { records: untold.records + records, kept: untold.kept + kept };
      if (!bucket.take()) return;
      logger.warn(
        "stored, though retention_days is over for them: DynamoDB deletes them within days, but never those of more than five years ago (never_deleted); a time window refuses both",
        {
          records: untold.records,
          never_deleted: untold.kept,
        },
      );
      untold = { records: 0, kept: 0 };
    },
    count: () => total,
  };
}
