import { expect } from "vitest";
import type { ListenerCounters } from "../../lib/ledger/socket-counters.ts";
import { newCounters } from "../../lib/ledger/socket-counters.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { imbalance } from "../support/balance.ts";

/** How far the two ledgers are out of balance, messages and samples: always 0. */
export function unaccounted(counters: ListenerCounters): number {
  const ledger = listenerLedgers({ "udp://127.0.0.1:0": counters }).udp;
  if (ledger === undefined) throw new Error("counters without a ledger");
  return Object.values(imbalance(ledger)).reduce((sum, gap) => sum + Math.abs(gap), 0);
}

type Expected = Partial<Omit<ListenerCounters, "rejected" | "connections" | "samples">> & {
  readonly samples?: Partial<ListenerCounters["samples"]>;
  readonly rejected?: Partial<ListenerCounters["rejected"]>;
  readonly connections?: Partial<ListenerCounters["connections"]>;
};

/**
 * Compares every figure but the bytes and the kernel's own; what is not named is 0. Of the samples, what is not named
 * is as of the messages, each of which carries one with Ceilometer's own signature. Of connections, those that are named.
 */
export function expectCounters(counters: ListenerCounters, expected: Expected): void {
  const none = newCounters();
  const { connections, kernelDrops: _, ...figures } = counters;
  const { connections: expectedConnections, rejected, samples, ...expectedFigures } = expected;
  const messages = { ...none, ...expectedFigures };
  const { received, recorded, failed, spilled, shed, inFlight } = messages;
  expect(figures).toStrictEqual({
    ...messages,
    bytes: counters.bytes,
    rejectedMessages: expected.rejectedMessages ?? sum(rejected ?? {}),
    samples: { ...none.samples, decoded: received, recorded, failed, spilled, shed, inFlight, ...samples },
    rejected: { ...none.rejected, ...rejected },
  });
  if (expectedConnections !== undefined) expect(connections).toMatchObject(expectedConnections);
  expect(unaccounted(counters)).toBe(0);
}

function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce((all: number, count) => all + (count ?? 0), 0);
}
