import type { MeteringRecord } from "../sample/sample.ts";
import { createRecentSignatures } from "./recent-signatures.ts";

/** The tally of proved messages whose text can be read in more than one way. */
export interface Doubts {
  /** A record, recorded or not, was met under this signature. */
  met(signature: string, record: MeteringRecord): void;
  /** One was refused for it. */
  refused(): void;
  /** One is recorded all the same. */
  marked(detail: string): void;
  /** Since the start; they count deliveries. */
  counts(): DoubtCounts;
}

export interface DoubtCounts {
  readonly ambiguous: number;
  readonly marked: number;
  /** Records whose signature was met with another identity. */
  readonly recut: number;
}

/** @param onDoubt told of what is recorded all the same; who listens bounds how much of it is written */
export function createDoubts(onDoubt: (kind: "marked" | "recut", detail: string) => void = () => undefined): Doubts {
  const signatures = createRecentSignatures();
  const counts = { ambiguous: 0, marked: 0, recut: 0 };
  return {
    met(signature, record) {
      if (!signatures.differs(signature, record)) return;
      counts.recut++;
      onDoubt("recut", described(record));
    },
    refused: () => void counts.ambiguous++,
    marked(detail) {
      counts.marked++;
      onDoubt("marked", detail);
    },
    counts: () => ({ ...counts }),
  };
}

/** Characters of each text of a tenant's that are repeated. */
const MAX_SHOWN = 80;

function described(record: MeteringRecord): string {
  const shown = (text: string) => JSON.stringify(text.slice(0, MAX_SHOWN));
  return record.kind === "sample"
    ? `${shown(record.counter_name)} of ${shown(record.resource_id)} at ${record.time}, message ${shown(record.message_id)}, project ${shown(record.project_id ?? "")}`
    : `event ${shown(record.event_type)} at ${record.time}, message ${shown(record.message_id)}`;
}
