import { describe, expect, it } from "vitest";
import { createMetricsWriter } from "../../lib/ledger/emf.ts";
import { toPrometheus } from "../../lib/ledger/prometheus.ts";
import { type MutableCounters, newCounters, newTcpCounters } from "../../lib/ledger/socket-counters.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import { balanced, imbalance } from "../support/balance.ts";

const none = newCounters();

function forget(counters: MutableCounters): void {
  counters.figures.MessagesRecorded--;
  counters.figures.SamplesRecorded -= 2;
}

describe("the ledgers of listeners", () => {
  it("take all listeners of a protocol together, and know nothing of the other", () => {
    const ledgers = listenerLedgers({
      "udp://127.0.0.1:4952": {
        ...none,
        figures: {
          MessagesReceived: 14,
          MessagesRecorded: 4,
          MessagesRejected: 3,
          MessagesFailed: 1,
          MessagesPartial: 2,
          MessagesSpilled: 2,
          MessagesShed: 1,
          MessagesInFlight: 1,
          SamplesDecoded: 27,
          SamplesRecorded: 6,
          SamplesDuplicate: 3,
          SamplesRejected: 5,
          SamplesFailed: 1,
          SamplesSpilled: 5,
          SamplesShed: 1,
          SamplesConflicting: 4,
          RecordsInFlight: 6,
          KernelDrops: 5,
        },
        rejected: { ...none.rejected, unsigned: 2, unstorable: 3 },
      },
      "udp://[::1]:4952": {
        ...none,
        figures: {
          ...none.figures,
          MessagesReceived: 1,
          MessagesRejected: 1,
          SamplesDecoded: 1,
          SamplesRejected: 1,
          SamplesConflicting: 1,
          KernelDrops: 2,
        },
        rejected: { ...none.rejected, unsigned: 1 },
      },
    });
    expect(ledgers).toEqual({
      udp: {
        figures: {
          MessagesReceived: 15,
          MessagesRecorded: 4,
          MessagesRejected: 4,
          MessagesFailed: 1,
          MessagesPartial: 2,
          MessagesSpilled: 2,
          MessagesShed: 1,
          MessagesInFlight: 1,
          SamplesDecoded: 28,
          SamplesRecorded: 6,
          SamplesDuplicate: 3,
          SamplesRejected: 6,
          SamplesFailed: 1,
          SamplesSpilled: 5,
          SamplesShed: 1,
          SamplesConflicting: 5,
          RecordsInFlight: 6,
          KernelDrops: 7,
          Imbalance: 0,
        },
        rejected: { ...none.rejected, unsigned: 3, unstorable: 3 },
      },
    });
    expect(ledgers.udp && imbalance(ledgers.udp)).toEqual(balanced);
  });

  it.each<[string, (counters: MutableCounters) => void, number]>([
    ["a message that ended twice", (counters) => counters.figures.MessagesRecorded++, 1],
    ["a message that never ended", (counters) => counters.figures.MessagesReceived++, 1],
    ["a sample that was not counted", (counters) => counters.figures.SamplesRecorded--, 1],
    ["a rejection that no sample had", (counters) => counters.rejected.unsigned++, 1],
    ["a message and its two samples that nobody counted", (counters) => forget(counters), 3],
  ])("are out of balance by %s", (_what, wrong, by) => {
    const counters = newCounters();
    counters.figures.MessagesReceived = counters.figures.MessagesRecorded = 5;
    counters.figures.SamplesDecoded = counters.figures.SamplesRecorded = 9;
    const imbalance = () =>
      listenerLedgers({ "tcp://h:1": counters, "tcp://h:2": newCounters() }).tcp?.figures.Imbalance;
    expect(imbalance()).toBe(0);
    wrong(counters);
    expect(imbalance()).toBe(by);
  });

  it("are out of balance where one listener lacks what another counts twice", () => {
    const [lacking, twice] = [newCounters(), newCounters()];
    lacking.figures.MessagesReceived = 1;
    twice.figures.MessagesRecorded = 1;
    expect(listenerLedgers({ "udp://0.0.0.0:1": lacking, "udp://[::]:1": twice }).udp?.figures.Imbalance).toBe(2);
  });

  it("have no figure of the kernel where it does not tell", () => {
    const { udp, tcp } = listenerLedgers({
      "udp://0.0.0.0:1": none,
      "tcp://0.0.0.0:1": newTcpCounters(),
    });
    expect([udp, tcp].map((ledger) => ledger && "KernelDrops" in ledger.figures)).toEqual([false, false]);
  });

  it("count what TCP refused and cut, and give it as metrics and to Prometheus", () => {
    const tcp = newTcpCounters();
    Object.assign(tcp.figures, { ConnectionsRefused: 1, ConnectionsDisplaced: 2, DescriptorsShort: 3, FramesCut: 4 });
    const ledgers = listenerLedgers({
      "udp://h:1": none,
      "tcp://h:1": tcp,
      "tcp://h:2": tcp,
    });
    const figures = { ConnectionsRefused: 2, ConnectionsDisplaced: 4, DescriptorsShort: 6, FramesCut: 8 };
    expect(ledgers.tcp?.figures).toMatchObject(figures);
    expect(toPrometheus(ledgers)).toContain(
      '# TYPE countersign_imbalance gauge\ncountersign_imbalance{listener="udp"} 0\ncountersign_imbalance{listener="tcp"} 0\n',
    );
    expect(Object.keys(ledgers.udp?.figures ?? {}).filter((name) => name in figures)).toEqual([]);
    const lines: string[] = [];
    createMetricsWriter({ stage: "test", write: (line) => lines.push(line) }).write(ledgers);
    expect(lines.map((line) => JSON.parse(line)).find(({ Listener }) => Listener === "tcp")).toMatchObject(figures);
    const text = toPrometheus(ledgers);
    for (const line of [
      'countersign_connections_refused_total{listener="tcp"} 2',
      'countersign_connections_displaced_total{listener="tcp"} 4',
      'countersign_descriptors_short_total{listener="tcp"} 6',
      'countersign_frames_cut_total{listener="tcp"} 8',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it("are none before anything listens", () => {
    expect(listenerLedgers({})).toEqual({});
  });
});
