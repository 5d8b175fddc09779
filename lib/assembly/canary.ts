import { canaryFromEnvironment, type Destination, type ToldCanary } from "../canary/canary-settings.ts";
import { type RoundTrip, roundTrip } from "../canary/round-trip.ts";
import { emfLine } from "../ledger/emf.ts";
import { canaryMetricName, dimensionNames } from "../ledger/metrics.ts";
import { createLogger } from "../log/logger.ts";
import { type Environment, ownEnvironment } from "../settings.ts";
import { openTables } from "../storage/dynamodb/open.ts";
import { dynamodbUrls } from "../storage/dynamodb/place.ts";
import { openStorage } from "../storage/open-storage.ts";
import { storageKind } from "../storage/storage-kind.ts";
import { openKeys } from "./open-keys.ts";

/** Tables alone, where a sample is found by its name. */
const drivers = [storageKind(dynamodbUrls, async () => openTables)];

export interface CanaryOptions {
  /** Takes the log and the figures, a line of JSON at a time. */
  readonly write: (line: string) => unknown;
  /** By default the process's own. */
  readonly environment?: Environment;
}

/**
 * @returns what a schedule calls: it sends one sample each way, writes for each whether it came through, and never rejects
 * @throws an Error that names every setting that can't be used
 */
export function startCanary({ write, environment = ownEnvironment() }: CanaryOptions): () => Promise<void> {
  const logger = createLogger(write);
  const read = canaryFromEnvironment(environment);
  if (!read.ok) throw new Error(read.problems.join("; "));
  const { settings } = read;
  return async () => {
    const ended = await roundTrips(settings, logger);
    for (const [{ listener }, trip] of ended) {
      if (trip.ok) logger.info("a sample came through", { listener, milliseconds: trip.milliseconds });
      else logger.error("a sample did not come through", { listener, problem: trip.problem });
      const place = { [dimensionNames.stage]: settings.stage, [dimensionNames.listener]: listener };
      write(emfLine(Date.now(), place, { [canaryMetricName]: trip.ok ? 0 : 1 }));
    }
  };
}

type Ended = readonly (readonly [Destination, RoundTrip])[];

/** Opens all that is needed, and closes it: until the next run every connection would have died. */
async function roundTrips(settings: ToldCanary, logger: ReturnType<typeof createLogger>): Promise<Ended> {
  const { to, storage, withinSeconds } = settings;
  const none = (problem: string): Ended => to.map((destination) => [destination, { ok: false, problem }]);
  const opened = await openStorage(storage, drivers, { readOnly: true });
  if (!opened.ok) return none(opened.problem);
  const read = await openKeys(settings, logger, false);
  try {
    if (!read.ok) return none(read.problem);
    const options = { ...settings, storage: opened.driver, keys: read.keys.current(), withinMs: withinSeconds * 1_000 };
    return await Promise.all(
      to.map(async (destination) => [destination, await roundTrip(destination, options)] as const),
    );
  } finally {
    await opened.driver.close();
    if (read.ok) await read.keys.close();
  }
}
