import { describe, expect, it } from "vitest";
import { figureFindings } from "../../lib/doctor/figures/figure-findings.ts";
import { parseFigures } from "../../lib/doctor/figures/figures.ts";
import { lossFigures } from "../../lib/doctor/figures/loss-figures.ts";
import type { Finding } from "../../lib/doctor/finding/finding.ts";
import type { Ledgers } from "../../lib/ledger/ledger.ts";
import { listenerMetrics, type MetricName, processMetricNames } from "../../lib/ledger/metrics.ts";
import { toPrometheus } from "../../lib/ledger/prometheus.ts";
import { type ListenerName, listenerNames } from "../../lib/sample/listener-name.ts";
import { noRejections } from "../../lib/sample/rejection.ts";

/** The findings of a collector that counted this and nothing else, by the very text that it would write. */
function findings(
  counted: Readonly<Partial<Record<ListenerName, Readonly<Partial<Record<MetricName, number>>>>>>,
  process: Readonly<Record<string, number>> = {},
  ages: { readonly pollAges?: ReadonlyMap<string, number>; readonly unstoredAges?: ReadonlyMap<string, number> } = {},
): readonly Finding[] {
  const ledgers: Ledgers = Object.fromEntries(
    listenerNames.map((name) => {
      const zeros = Object.fromEntries(listenerMetrics[name].map((metric) => [metric, 0]));
      return [name, { figures: { ...zeros, ...counted[name] }, rejected: { ...noRejections(), unsigned: 3 } }];
    }),
  );
  const all = processMetricNames.map((name) => [name, process[name] ?? 0] as const);
  // Its names are exactly those of a process's figures, which the type of `fromEntries` can't say.
  const figures = Object.fromEntries(all) as Record<(typeof processMetricNames)[number], number>;
  const parsed = parseFigures(toPrometheus(ledgers, { figures, verified: new Map([["2027", 4]]), ...ages }));
  if (parsed === undefined) throw new Error("not read");
  return figureFindings(parsed);
}

describe("what a collector's figures say", () => {
  it("is nothing as long as nothing is lost, late or rejected", () => {
    const fine = { MessagesReceived: 1_000, MessagesRecorded: 1_000, SamplesRecorded: 1_000, RecordsInFlight: 5_000 };
    const ages = { pollAges: new Map([["queue", 60]]), unstoredAges: new Map([["queue", 900]]) };
    expect(findings({ udp: fine, queue: fine }, { MessagesQuarantined: 3 }, ages)).toEqual([]);
  });

  it("is datagrams that the kernel dropped", () => {
    expect(findings({ udp: { KernelDrops: 3 } })).toEqual([
      {
        severity: "fault",
        check: "loss",
        about: "KernelDrops of udp",
        says: "3 datagrams were dropped by the kernel before they were read: those samples are lost (since the collector's start)",
        todo: "give the collector more processor time or more tasks: docs/runbook.md#kernel-drops",
      },
    ]);
  });

  it.each(lossFigures)("is each loss, of each listener that counts it: $name", ({ name, listeners, severity }) => {
    const counted = Object.fromEntries((listeners ?? []).map((listener) => [listener, { [name]: 2 }]));
    const found = findings(counted, { [name]: 2 });
    expect(found.map((one) => [one.severity, one.about])).toEqual(
      (listeners ?? [undefined]).map((listener) => [
        severity,
        listener === undefined ? name : `${name} of ${listener}`,
      ]),
    );
  });

  it.each([
    [94, 6, 1],
    [95, 5, 0],
    [4, 4, 0],
    [0, 5, 1],
  ])("is a share of rejected messages above noise: of %d recorded and %d rejected", (recorded, rejected, count) => {
    const udp = { MessagesReceived: recorded + rejected, MessagesRejected: rejected };
    expect(findings({ udp }).map(({ check, about }) => `${check} ${about}`)).toEqual(Array(count).fill("rejected udp"));
  });

  it("is a backlog: many records, an old message, and a queue that does not answer", () => {
    const ages = { pollAges: new Map([["queue", 61]]), unstoredAges: new Map([["spillQueue", 3_600]]) };
    const found = findings({ udp: { RecordsInFlight: 5_001 } }, {}, ages);
    expect(found.map(({ severity, check, about, says }) => [severity, check, about, says])).toEqual([
      ["risk", "backlog", "RecordsInFlight", expect.stringMatching(/^5001 records wait/)],
      ["risk", "backlog", "spillQueue", "its oldest message is 60 minutes old"],
      ["risk", "backlog", "queue", "nobody has had an answer from it for 61 s"],
    ]);
  });

  it("is nothing that another service writes", () => {
    expect(parseFigures("# TYPE up gauge\nup 1\n")).toBeUndefined();
    expect(parseFigures("<html>please log in</html>")).toBeUndefined();
  });
});
