import { expect } from "vitest";
import type { ListenerCounters } from "../../lib/ledger/socket-counters.ts";
import { newCounters, newTcpCounters } from "../../lib/ledger/socket-counters.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { imbalance } from "../support/balance.ts";

/** How far the two ledgers are out of balance, messages and samples: always 0, and so the product's own figure says. */
export function unaccounted(counters: ListenerCounters): number {
  const ledger = listenerLedgers({ "udp://127.0.0.1:0": counters }).udp;
  if (ledger === undefined) throw new Error("counters without a ledger");
  const gaps = Object.values(imbalance(ledger)).reduce((sum, gap) => sum + Math.abs(gap), 0);
  expect(ledger.figures.Imbalance).toBe(gaps);
  return gaps;
}

type Expected = Partial<ListenerCounters["figures"]> & {
  readonly errors?: number;
  readonly rejected?: Partial<ListenerCounters["rejected"]>;
  readonly connections?: Partial<ListenerCounters["connections"]>;
};

/**
 * Compares every figure but the bytes and the kernel's own; what is not named is 0. Of the samples, what is not named
 * is as of the messages, each of which carries one with Ceilometer's own signature. Beside the figures, those that are named.
 */
export function expectCounters(counters: ListenerCounters, expected: Expected): void {
  const { rejected = {}, connections, errors = 0, ...named } = expected;
  const figures = { ...newCounters().figures, MessagesRejected: sum(rejected), ...named };
  const { KernelDrops: _, ...counted } = counters.figures;
  expect({ figures: counted, rejected: counters.rejected, errors: counters.errors }).toStrictEqual({
    figures: {
      ...(counters.connections !== undefined && newTcpCounters().figures),
      ...figures,
      SamplesDecoded: figures.MessagesReceived,
      SamplesRecorded: figures.MessagesRecorded,
      SamplesRejected: sum(rejected),
      SamplesFailed: figures.MessagesFailed,
      SamplesSpilled: figures.MessagesSpilled,
      SamplesShed: figures.MessagesShed,
      RecordsInFlight: figures.MessagesInFlight,
      ...named,
    },
    rejected: { ...newCounters().rejected, ...rejected },
    errors,
  });
  if (connections !== undefined) expect(counters.connections).toMatchObject(connections);
  expect(unaccounted(counters)).toBe(0);
}

function sum(counts: Readonly<Partial<Record<string, number>>>): number {
  return Object.values(counts).reduce((all: number, count) => all + (count ?? 0), 0);
}
