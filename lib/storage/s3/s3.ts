import type { S3Client } from "@aws-sdk/client-s3";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, StorageDriver } from "../driver.ts";
import type { Copies } from "../rows/contents.ts";
import { matchesEvent, matchesIdentity } from "../rows/filter-match.ts";
import { timesBehind } from "../rows/order.ts";
import { readConflicts, readSamples, type SampleSource } from "../rows/read-samples.ts";
import { settlementLookup } from "../rows/settlement-lookup.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { expectFormat, markFormat } from "./format.ts";
import { type Reading, readHours } from "./read.ts";
import { readSettlements, settlementFolder, writeSettlement } from "./settlements.ts";
import { type S3Place, writeHours } from "./write.ts";

export interface S3LogOptions {
  /** The driver's own from now on: `close` destroys it. */
  readonly client: S3Client;
  readonly bucket: string;
  /** In front of `samples/`, `events/` and `settlements/`; with or without a slash at its end. */
  readonly prefix?: string;
  readonly onUnreadable?: OnUnreadable;
}

export interface S3Log extends StorageDriver {
  /** Marks the log as of our format. Rejects with NewerFormat, or with what the service answers. */
  prepare(): Promise<void>;
}

/**
 * Keeps samples and events as gzipped JSON lines in S3, partitioned by their own hour. The bucket holds each
 * record at least once, because a batch tried again may be composed otherwise; readers find each once.
 */
export function openS3Log({ client, bucket, prefix = "", onUnreadable }: S3LogOptions): S3Log {
  const place: S3Place = { client, bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };

  let known = false;

  /** Before the first reading: the log is in a format that we can read. */
  async function readable(): Promise<void> {
    if (!known) await expectFormat(place);
    known = true;
  }

  async function* read<Kind extends MeteringRecord>(reading: Reading<Kind>): AsyncGenerator<Copies<Kind>> {
    await readable();
    yield* readHours(place, reading);
  }

  async function* readEvents(filter: EventFilter): AsyncGenerator<Event> {
    const matches = (record: MeteringRecord): record is Event =>
      record.kind === "event" && matchesEvent(record, filter);
    let left = filter.limit ?? Number.POSITIVE_INFINITY;
    if (left <= 0) return;
    for await (const copies of read({ ...timesBehind(filter), kind: "event", matches, onUnreadable })) {
      yield* copies;
      left -= 1;
      if (left <= 0) return;
    }
  }

  function sourceOf(filter: SampleFilter): SampleSource {
    const matches = (record: MeteringRecord): record is Sample =>
      record.kind === "sample" && matchesIdentity(record, filter);
    return {
      identities: read({ ...timesBehind(filter), kind: "sample", matches, onUnreadable }),
      settlementOf: settlementLookup(
        (sample) => settlementFolder(place.prefix, sample),
        (folder) => readSettlements(place, folder, onUnreadable),
      ),
    };
  }

  return {
    name: "s3",
    unstorable: () => undefined,
    record: (records) => writeHours(place, records),
    prepare: () => markFormat(place),
    samples: (filter) => readSamples(sourceOf(filter), filter),
    conflicts: (filter) => readConflicts(sourceOf(filter), filter),
    async settle(settlement) {
      await readable();
      return writeSettlement(place, settlement);
    },
    events: (filter) => readEvents(filter),
    close: async () => client.destroy(),
  };
}
