import type { ListenerName } from "./listener-name.ts";

/**
 * The meter of the samples that a deployment sends itself, to see that they come through. Nobody's: they have no project
 * and no user, and usage of all meters leaves them out.
 */
export const CANARY_METER = "countersign.canary";

/** The resource of those that take a listener's way. */
export function canaryResource(listener: ListenerName): string {
  return `${CANARY_METER}.${listener}`;
}
