import { expect } from "vitest";
import type { ListenerCounters } from "../../../lib/collector/listener/listener-counters.ts";
import { newCounters } from "../../../lib/collector/listener/listener-counters.ts";

export function rejectedIn({ rejected }: ListenerCounters): number {
  return Object.values(rejected).reduce((sum, count) => sum + count, 0);
}

/** What the ledger lacks (above 0) or counts twice (below): always 0. */
export function unaccounted(counters: ListenerCounters): number {
  const { received, recorded, failed, shed, inFlight } = counters;
  return received - recorded - rejectedIn(counters) - failed - shed - inFlight;
}

type Expected = Partial<Omit<ListenerCounters, "rejected" | "connections">> & {
  readonly rejected?: Partial<ListenerCounters["rejected"]>;
  readonly connections?: Partial<ListenerCounters["connections"]>;
};

/**
 * Compares every figure but the bytes and the kernel's own; what is not named is 0. Of connections, those that are
 * named.
 */
export function expectCounters(counters: ListenerCounters, expected: Expected): void {
  const none = newCounters();
  const { connections, kernelDrops: _, ...figures } = counters;
  const { connections: expectedConnections, rejected, ...expectedFigures } = expected;
  expect(figures).toStrictEqual({
    ...none,
    bytes: counters.bytes,
    ...expectedFigures,
    rejected: { ...none.rejected, ...rejected },
  });
  if (expectedConnections !== undefined) expect(connections).toMatchObject(expectedConnections);
  expect(unaccounted(counters)).toBe(0);
}
