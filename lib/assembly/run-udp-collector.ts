import { stopTimes } from "../listener/stop-times.ts";
import { createLogger } from "../log/logger.ts";
import { openLineWriter } from "../log/open-line-writer.ts";
import { deployedDrivers } from "./deployed-drivers.ts";
import { startUdpCollector } from "./socket-side.ts";

/**
 * The whole life of the process in the container: started with an environment, ended by a signal. The first SIGTERM or
 * SIGINT drains, a second one does so at once; SIGHUP has it read again what it was told by files. Exits with 0 when all is
 * stored or accounted for, with 1 when it could not start or did not come to an end.
 */
export async function runUdpCollector(): Promise<never> {
  const log = openLineWriter(1);
  const logger = createLogger(log.write);

  // Asked for before the start: process 1 of a container would not even notice a signal without.
  let onSignal = () => {};
  const giveUp = new AbortController();
  const signalled = new Promise<void>((resolve) => {
    onSignal = () => {
      giveUp.abort();
      resolve();
    };
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => onSignal());
  let onHangup = () => {};
  process.on("SIGHUP", () => onHangup());

  const collector = await startUdpCollector({
    drivers: deployedDrivers,
    write: log.write,
    droppedLines: log.dropped,
    giveUp: giveUp.signal,
  });
  if ("problems" in collector) {
    for (const problem of collector.problems) logger.error("can't start", { problem });
    await log.finish(stopTimes.lastLinesMs);
    process.exit(1);
  }
  onHangup = () => void collector.reload();
  await signalled;
  const deadline = setTimeout(() => {
    logger.error("gave up stopping: samples may be lost", { ledgers: collector.ledgers() });
    void log.finish(stopTimes.lastLinesMs).finally(() => process.exit(1));
  }, stopTimes.stopWithinMs);
  deadline.unref();
  onSignal = () => void collector.stop();
  await collector.stop();
  await log.finish(stopTimes.lastLinesMs);
  return process.exit(0);
}
