import type { S3Client } from "@aws-sdk/client-s3";
import type { Event, MeteringRecord, Sample } from "../../sample/sample.ts";
import type { StorageDriver } from "../driver.ts";
import { matchesEvent, matchesSample } from "../rows/filter-match.ts";
import type { OnUnreadable } from "../rows/json-lines.ts";
import { readHours } from "./read.ts";
import { type S3Place, writeHours } from "./write.ts";

export interface S3LogOptions {
  /** The driver's own from now on: `close` destroys it. */
  readonly client: S3Client;
  readonly bucket: string;
  /** In front of `samples/` and `events/`; with or without a slash at its end. */
  readonly prefix?: string;
  readonly onUnreadable?: OnUnreadable;
}

/**
 * Keeps samples and events as gzipped JSON lines in S3, partitioned by their own hour. The bucket holds each
 * record at least once, because a batch tried again may be composed otherwise; readers find each once.
 */
export function openS3Log({ client, bucket, prefix = "", onUnreadable }: S3LogOptions): StorageDriver {
  const place: S3Place = { client, bucket, prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/` };

  return {
    name: "s3",
    unstorable: () => undefined,
    record: (records) => writeHours(place, records),
    samples: (filter) => {
      const matches = (record: MeteringRecord): record is Sample =>
        record.kind === "sample" && matchesSample(record, filter);
      return readHours(place, { ...filter, kind: "sample", matches, onUnreadable });
    },
    events: (filter) => {
      const matches = (record: MeteringRecord): record is Event =>
        record.kind === "event" && matchesEvent(record, filter);
      return readHours(place, { ...filter, kind: "event", matches, onUnreadable });
    },
    close: async () => client.destroy(),
  };
}
