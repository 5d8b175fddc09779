import { access } from "node:fs/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { bounded } from "../aws/bounded-client.ts";
import { callLimits, clientOptions, isLocal } from "../aws/client-options.ts";
import { createBucket } from "../aws/s3-bucket.ts";
import { isWorthRetrying } from "../aws/service-error.ts";
import { errorMessage } from "../log/error-message.ts";
import { createEntryQuarantine, type EntryQuarantine } from "./entry-quarantine.ts";
import type { EntryStore } from "./entry-store.ts";
import { openFileEntries } from "./file-entries.ts";
import { madeWhenWritten } from "./made-when-written.ts";
import type { OnUnreadableEntry } from "./quarantine-entries.ts";
import { parseQuarantineUrl, type QuarantinePlace } from "./quarantine-url.ts";
import { openS3Entries } from "./s3-entries.ts";

export interface OpenedQuarantine extends EntryQuarantine {
  /** Messages that anybody can send, kept per minute. The quarantine itself doesn't count them. */
  readonly perMinute: number;
}

export interface OpenQuarantineOptions {
  /** Nothing is created: a folder or bucket that is absent stays so. */
  readonly readOnly?: boolean;
  /** A bucket at an endpoint of one's own is made with the first entry, so that nothing has to answer before. @default false */
  readonly makesLater?: boolean;
  /** Told of each entry that can't be read. */
  readonly onUnreadable?: OnUnreadableEntry;
}

export type QuarantineOpening =
  | { readonly ok: true; readonly quarantine: OpenedQuarantine }
  /** Said to a person who can correct it. Transient: it may pass by itself. */
  | { readonly ok: false; readonly problem: string; readonly transient: boolean };

/**
 * Opens the quarantine that a URL names: `file:///FOLDER[?max_bytes=N&per_minute=N&max_entries=N&max_socket_entries=N]` or
 * `s3://BUCKET/PREFIX[?max_bytes=N&per_minute=N&endpoint=URL&region=R]`.
 *
 * An endpoint on this machine gets stand-in credentials, and its bucket is created where absent.
 */
export async function openQuarantine(url: string, options: OpenQuarantineOptions = {}): Promise<QuarantineOpening> {
  const parsed = parseQuarantineUrl(url);
  if (!parsed.ok) return { ...parsed, transient: false };
  const { place } = parsed;
  const { store, ready, what } = storeFor(place, options);
  try {
    await ready;
  } catch (error) {
    await store.close();
    return {
      ok: false,
      problem: `the quarantine's ${what} can't be opened: ${errorMessage(error)}`,
      transient: isWorthRetrying(error),
    };
  }
  const quarantine = createEntryQuarantine(store, { ...place, onUnreadable: options.onUnreadable });
  return { ok: true, quarantine: { ...quarantine, perMinute: place.perMinute } };
}

function storeFor(
  place: QuarantinePlace,
  { readOnly = false, makesLater = false }: OpenQuarantineOptions,
): { readonly store: EntryStore; readonly ready: Promise<void>; readonly what: string } {
  if (place.kind === "file") {
    const store = openFileEntries(place);
    return { store, ready: readOnly ? access(place.folder) : store.prepare(), what: `folder ${place.folder}` };
  }
  const options = { ...clientOptions(place), forcePathStyle: isLocal(place) };
  const client = bounded(new S3Client(options), callLimits.storage);
  const what = `bucket ${place.bucket}${place.endpoint === undefined ? "" : ` at ${place.endpoint}`}`;
  const store = openS3Entries({ client, ...place });
  if (!isLocal(place) || readOnly) return { store, ready: Promise.resolve(), what };
  const make = () => createBucket(client, place.bucket);
  if (makesLater) return { store: madeWhenWritten(store, make), ready: Promise.resolve(), what };
  return { store, ready: make(), what };
}
