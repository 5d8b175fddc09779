import { loadDatagrams, openSender } from "./load.ts";
import { startCollect } from "./program.ts";

const DATAGRAMS = 3_000;
const A_SECOND = 2_000;

/**
 * Datagrams a second that a collector of its own stores on this machine, with all that runs beside it now: from the first
 * one until it has stored what it took and has ended.
 *
 * @param args of `collect`, but for where it listens
 */
export async function machineRate(args: readonly string[]): Promise<number> {
  const collector = await startCollect(["--listen", "udp://127.0.0.1:0", ...args]);
  const [address = ""] = collector.listening;
  const sender = await openSender(address);
  const started = performance.now();
  await sender.send(loadDatagrams(DATAGRAMS, "measured"), A_SECOND);
  sender.close();
  const { udp } = await collector.finish();
  return ((udp?.figures.MessagesRecorded ?? 0) * 1_000) / (performance.now() - started);
}
