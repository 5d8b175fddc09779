import { createHealthServer, type HealthServer } from "../listener/health-server.ts";
import type { Logger } from "../log/logger.ts";
import type { HealthAddress } from "./command/health-url.ts";

export interface CollectHealthOptions {
  readonly address: HealthAddress;
  readonly logger: Logger;
  readonly isHealthy: () => boolean;
  readonly metrics: () => string;
}

/** Answers `/healthz` and `/metrics` for `collect`, as the deployed socket side does. */
export function collectHealth({ address, logger, ...answers }: CollectHealthOptions): HealthServer {
  const onError = (error: unknown) => logger.error("the health port's socket failed", { error });
  return createHealthServer({ ...address, onError, ...answers });
}
