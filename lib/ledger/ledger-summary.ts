import { listenerNames } from "../sample/listener-name.ts";
import type { Ledgers } from "./ledger.ts";
import type { MetricName } from "./metrics.ts";

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
      ` + ${sum(sockets, "MessagesPartial")} partial + ${sum(sockets, "MessagesFailed")} failed`,
      ` + ${sum(sockets, "MessagesSpilled")} spilled + ${sum(sockets, "MessagesShed")} shed`,
      ` + ${sum(sockets, "MessagesInFlight")} in flight`,
    ].join(""),
    [
      `queue: ${sum(queue, "MessagesReceived")} received`,
      ` = ${sum(queue, "MessagesRecorded")} recorded + ${sum(queue, "MessagesRejected")} rejected`,
      ` + ${sum(queue, "MessagesPartial")} partial + ${sum(queue, "MessagesFailed")} failed, to be tried again`,
    ].join(""),
    [
      `samples: ${all("SamplesDecoded")} decoded`,
      ` = ${all("SamplesRecorded")} recorded + ${all("SamplesDuplicate")} duplicate`,
      ` + ${all("SamplesRejected")} rejected + ${all("SamplesFailed")} failed`,
      ` + ${all("SamplesSpilled")} spilled + ${all("SamplesShed")} shed + ${all("RecordsInFlight")} in flight`,
      `; ${all("KernelDrops")} datagrams dropped by the kernel`,
    ].join(""),
  ];
}

function add(one: number, other: number): number {
  return one + other;
}
