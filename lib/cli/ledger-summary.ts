import type { Ledgers } from "../collector/ledger.ts";
import { listenerNames, type MetricName } from "../collector/metrics.ts";

/** Both ledgers of a whole collector, messages and samples, a line each. */
export function ledgerSummary(ledgers: Ledgers): readonly string[] {
  const sum = (listeners: readonly (keyof Ledgers)[], ...names: readonly MetricName[]) =>
    listeners.flatMap((listener) => names.map((name) => ledgers[listener]?.figures[name] ?? 0)).reduce(add, 0);
  const sockets = ["udp", "tcp"] as const;
  const queue = ["queue"] as const;
  const all = (...names: readonly MetricName[]) => sum(listenerNames, ...names);
  return [
    [
      `listeners: ${sum(sockets, "MessagesReceived")} received`,
      ` = ${sum(sockets, "MessagesRecorded")} recorded + ${sum(sockets, "MessagesRejected")} rejected`,
      ` + ${sum(sockets, "MessagesFailed", "MessagesShed")} lost`,
      `; queue: ${sum(queue, "MessagesReceived")} received, ${sum(queue, "MessagesFailed")} to be tried again`,
    ].join(""),
    [
      `samples: ${all("SamplesDecoded")} decoded`,
      ` = ${all("SamplesRecorded")} recorded + ${all("SamplesRejected")} rejected`,
      ` + ${all("SamplesFailed")} failed + ${all("SamplesShed")} shed`,
      `; ${all("KernelDrops")} datagrams dropped by the kernel`,
    ].join(""),
  ];
}

function add(one: number, other: number): number {
  return one + other;
}
