import type { Logger } from "../log/logger.ts";
import type { Parts } from "./open-parts.ts";

/** Says, once the sockets are open, that there is no storage yet behind them. Where it is there, nothing is said. */
export function tellMissing({ storage, late }: Pick<Parts, "storage" | "late">, logger: Logger): void {
  const problem = late?.missing();
  if (problem === undefined) return;
  logger.warn("receiving without storage: samples go to the spill queue until it can be opened", {
    storage: storage.name,
    problem,
  });
}
