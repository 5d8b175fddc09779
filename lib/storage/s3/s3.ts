import type { S3Client } from "@aws-sdk/client-s3";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { EventFilter, SampleFilter, StorageDriver } from "../driver.ts";
import { matchesEvent, matchesIdentity } from "../rows/filter-match.ts";
import type { OnUnreadable } from "../rows/json-lines.ts";
import { readConflicts, readSamples, type SampleSource } from "../rows/read-samples.ts";
import { settlementLookup } from "../rows/settlement-lookup.ts";
import { readHours } from "./read.ts";
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

/**
 * Keeps samples and events as gzipped JSON lines in S3, partitioned by their own hour. The bucket holds each
 * record at least once, because a batch tried again may be composed otherwise; readers find each once.
 */
export function openS3Log({ client, bucket, prefix = "", onUnreadable }: S3LogOptions): StorageDriver {
  const place: S3Place = { client, bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };

  function sourceOf(filter: SampleFilter): SampleSource {
    const matches = (record: MeteringRecord): record is Sample =>
      record.kind === "sample" && matchesIdentity(record, filter);
    return {
      identities: readHours(place, { ...filter, kind: "sample", matches, onUnreadable }),
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
    samples: (filter) => readSamples(sourceOf(filter), filter),
    conflicts: (filter) => readConflicts(sourceOf(filter), filter),
    settle: (settlement) => writeSettlement(place, settlement),
    events: (filter) => readEvents(place, filter, onUnreadable),
    close: async () => client.destroy(),
  };
}

async function* readEvents(
  place: S3Place,
  filter: EventFilter,
  onUnreadable: OnUnreadable | undefined,
): AsyncGenerator<Event> {
  const matches = (record: MeteringRecord): record is Event => record.kind === "event" && matchesEvent(record, filter);
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for await (const copies of readHours(place, { ...filter, kind: "event", matches, onUnreadable })) {
    yield* copies;
    left -= 1;
    if (left <= 0) return;
  }
}
