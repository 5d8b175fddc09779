import { pollAgeMetricName, unstoredAgeMetricName } from "../../ledger/metrics.ts";
import { listenerNames } from "../../sample/listener-name.ts";
import { rejectionReasons } from "../../sample/rejection.ts";
import type { Finding } from "../finding/finding.ts";
import {
  BACKLOG_RECORDS,
  FEWEST_REJECTED,
  OLD_SECONDS,
  REJECTED_PERCENT,
  SILENT_POLL_SECONDS,
} from "../finding/limits.ts";
import type { Figures } from "./figures.ts";
import { lossFindings } from "./loss-figures.ts";

/** All that a collector's figures say is wrong. */
export function figureFindings(figures: Figures): readonly Finding[] {
  return [...lossFindings(figures), ...rejectedFindings(figures), ...backlogFindings(figures)];
}

/** By listener and reason, where rejected messages are more than noise; who sends them stands in the quarantine. */
function rejectedFindings(figures: Figures): readonly Finding[] {
  return listenerNames.flatMap((listener): readonly Finding[] => {
    const wrong = figures.total("MessagesRejected", listener) + figures.total("MessagesPartial", listener);
    const received = figures.total("MessagesReceived", listener);
    if (wrong < FEWEST_REJECTED || 100 * wrong <= REJECTED_PERCENT * received) return [];
    const reasons = rejectionReasons
      .map((reason) => ({ reason, count: figures.rejected(listener, reason) }))
      .filter(({ count }) => count > 0)
      .sort((one, other) => other.count - one.count)
      .map(({ reason, count }) => `${count} ${reason}`);
    return [
      {
        severity: "risk",
        check: "rejected",
        about: listener,
        says: `${wrong} of ${received} messages were rejected (${figures.span}); samples by reason: ${reasons.join(", ")}`,
        todo: "see who sends them, in the quarantine or the log, and what each reason asks for: docs/protocol.md#why-a-message-is-rejected",
      },
    ];
  });
}

function backlogFindings(figures: Figures): readonly Finding[] {
  const records = figures.total("RecordsInFlight", "udp") + figures.total("RecordsInFlight", "tcp");
  const old = Array.from(figures.ages(unstoredAgeMetricName)).filter(([, seconds]) => seconds > OLD_SECONDS);
  const silent = Array.from(figures.ages(pollAgeMetricName)).filter(([, seconds]) => seconds > SILENT_POLL_SECONDS);
  return [
    ...(records <= BACKLOG_RECORDS
      ? []
      : [
          {
            severity: "risk",
            check: "backlog",
            about: "RecordsInFlight",
            says: `${records} records wait for storage; from 10,000 on the rest is spilled or lost`,
            todo: "see whether storage throttles or is away: docs/runbook.md#backlog",
          } satisfies Finding,
        ]),
    ...old.map(
      ([queue, seconds]): Finding => ({
        severity: "risk",
        check: "backlog",
        about: queue,
        says: `its oldest message is ${Math.round(seconds / 60)} minutes old`,
        todo: "see what storage answers, in the log: docs/runbook.md#old-messages",
      }),
    ),
    ...silent.map(
      ([queue, seconds]): Finding => ({
        severity: "risk",
        check: "backlog",
        about: queue,
        says: `nobody has had an answer from it for ${Math.round(seconds)} s`,
        todo: "see what keeps the collector from reaching the queue, in its log",
      }),
    ),
  ];
}
