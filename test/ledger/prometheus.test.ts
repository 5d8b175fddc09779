import { describe, expect, it } from "vitest";
import { toPrometheus } from "../../lib/ledger/prometheus.ts";
import { noRejections } from "../../lib/sample/rejection.ts";

const none = noRejections();

describe("the Prometheus text", () => {
  it("has a family a figure, a line a listener, and the rejected by reason", () => {
    const text = toPrometheus({
      udp: {
        figures: { MessagesReceived: 7, SamplesRejected: 3, KernelDrops: 2, RecordsInFlight: 1 },
        rejected: { ...none, unsigned: 3 },
      },
      tcp: { figures: { MessagesReceived: 0 }, rejected: none },
    });
    expect(text).toBe(`# TYPE countersign_messages_received_total counter
countersign_messages_received_total{listener="udp"} 7
countersign_messages_received_total{listener="tcp"} 0
# TYPE countersign_samples_rejected_total counter
countersign_samples_rejected_total{listener="udp",reason="too-large"} 0
countersign_samples_rejected_total{listener="udp",reason="undecodable"} 0
countersign_samples_rejected_total{listener="udp",reason="not-a-sample"} 0
countersign_samples_rejected_total{listener="udp",reason="unsigned"} 3
countersign_samples_rejected_total{listener="udp",reason="bad-signature"} 0
countersign_samples_rejected_total{listener="udp",reason="unknown-key"} 0
countersign_samples_rejected_total{listener="udp",reason="refused-key"} 0
countersign_samples_rejected_total{listener="udp",reason="legacy-refused"} 0
countersign_samples_rejected_total{listener="udp",reason="outside-window"} 0
countersign_samples_rejected_total{listener="udp",reason="ambiguous"} 0
countersign_samples_rejected_total{listener="udp",reason="invalid-sample"} 0
countersign_samples_rejected_total{listener="udp",reason="unstorable"} 0
# TYPE countersign_kernel_drops_total counter
countersign_kernel_drops_total{listener="udp"} 2
# TYPE countersign_records_in_flight gauge
countersign_records_in_flight{listener="udp"} 1
`);
  });

  it("has the figures of the process, and a line for each key that was used", () => {
    const figures = {
      MessagesQuarantined: 1,
      QuarantineSkipped: 2,
      QuarantineFailed: 0,
      KeyReadsFailed: 3,
      LogLinesDropped: 4,
      SamplesAmbiguous: 4,
      SamplesMarked: 5,
      SamplesRecut: 6,
      SamplesExpired: 7,
      SecondsWithoutStorage: 8,
      StorageRefused: 9,
    };
    const verified = new Map([
      ["pub-1", 7],
      ["old_2", 9],
    ]);
    const ofProcess = `# TYPE countersign_messages_quarantined_total counter
countersign_messages_quarantined_total 1
# TYPE countersign_quarantine_skipped_total counter
countersign_quarantine_skipped_total 2
# TYPE countersign_quarantine_failed_total counter
countersign_quarantine_failed_total 0
# TYPE countersign_key_reads_failed_total counter
countersign_key_reads_failed_total 3
# TYPE countersign_log_lines_dropped_total counter
countersign_log_lines_dropped_total 4
# TYPE countersign_samples_ambiguous_total counter
countersign_samples_ambiguous_total 4
# TYPE countersign_samples_marked_total counter
countersign_samples_marked_total 5
# TYPE countersign_samples_recut_total counter
countersign_samples_recut_total 6
# TYPE countersign_samples_expired_total counter
countersign_samples_expired_total 7
# TYPE countersign_seconds_without_storage_total counter
countersign_seconds_without_storage_total 8
# TYPE countersign_storage_refused_total counter
countersign_storage_refused_total 9
`;
    expect(toPrometheus({}, { figures, verified: new Map() })).toBe(ofProcess);
    expect(toPrometheus({}, { figures, verified })).toBe(`${ofProcess}# TYPE countersign_samples_verified_total counter
countersign_samples_verified_total{key_id="pub-1"} 7
countersign_samples_verified_total{key_id="old_2"} 9
`);
    const pollAges = new Map([
      ["queue", 0],
      ["spillQueue", 61],
    ]);
    expect(
      toPrometheus({}, { figures, verified: new Map(), pollAges }),
    ).toBe(`${ofProcess}# TYPE countersign_seconds_since_poll gauge
countersign_seconds_since_poll{queue="queue"} 0
countersign_seconds_since_poll{queue="spillQueue"} 61
`);
    const unstoredAges = new Map([["queue", 3_601]]);
    expect(
      toPrometheus({}, { figures, verified: new Map(), unstoredAges }),
    ).toBe(`${ofProcess}# TYPE countersign_seconds_unstored gauge
countersign_seconds_unstored{queue="queue"} 3601
`);
  });

  it("is empty before anything listens", () => {
    expect(toPrometheus({})).toBe("");
  });
});
