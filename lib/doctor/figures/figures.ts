import { type MetricName, momentaryMetrics, type ProcessMetricName } from "../../ledger/metrics.ts";
import { prometheusName } from "../../ledger/prometheus.ts";
import type { ListenerName } from "../../sample/listener-name.ts";
import type { RejectionReason } from "../../sample/rejection.ts";

/** What a collector has counted, wherever it was read. */
export interface Figures {
  /** The end of a sentence: `since the collector's start`. */
  readonly span: string;
  /** 0 where nothing was counted. @param listener absent: a figure of the whole process */
  total(name: MetricName | ProcessMetricName, listener?: ListenerName): number;
  rejected(listener: ListenerName, reason: RejectionReason): number;
  /** Seconds by queue: how old its oldest message is that can't be stored, or how long nobody asked it for messages. */
  ages(name: string): ReadonlyMap<string, number>;
}

const LINE = /^([a-z_]+)(?:\{([^}]*)\})? (-?[0-9.e+]+)$/;
const LABEL = /([a-z_]+)="([^"]*)"/g;

/** Reads what `/metrics` says. @returns undefined for a text that no collector of ours writes */
export function parseFigures(text: string): Figures | undefined {
  const values = new Map<string, number>();
  const labelled: { readonly name: string; readonly labels: ReadonlyMap<string, string>; readonly value: number }[] =
    [];
  for (const line of text.split("\n")) {
    const [, name, written = "", value] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const labels = new Map(Array.from(written.matchAll(LABEL), ([, label = "", is = ""]) => [label, is]));
    values.set(keyOf(name, labels.get("listener"), labels.get("reason")), Number(value));
    labelled.push({ name, labels, value: Number(value) });
  }
  if (!labelled.some(({ name }) => name === `${prometheusName("MessagesReceived")}_total`)) return undefined;
  return {
    span: "since the collector's start",
    total: (name, listener) => values.get(keyOf(fullName(name), listener)) ?? 0,
    rejected: (listener, reason) => values.get(keyOf(fullName("SamplesRejected"), listener, reason)) ?? 0,
    ages: (wanted) =>
      new Map(
        labelled
          .filter(({ name }) => name === prometheusName(wanted))
          .map(({ labels, value }) => [labels.get("queue") ?? "", value]),
      ),
  };
}

function fullName(name: MetricName | ProcessMetricName): string {
  const isMomentary = momentaryMetrics.some((one) => one === name);
  return `${prometheusName(name)}${isMomentary ? "" : "_total"}`;
}

function keyOf(name: string, listener = "", reason = ""): string {
  return `${name} ${listener} ${reason}`;
}
