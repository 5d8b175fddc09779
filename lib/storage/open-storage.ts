import { access } from "node:fs/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { clientOptions, isLocal } from "./aws-endpoint.ts";
import type { StorageDriver } from "./driver.ts";
import { openDynamoDb } from "./dynamodb.ts";
import { defaultResourcesTable } from "./dynamodb-keys.ts";
import { createTables } from "./dynamodb-tables.ts";
import { openFanOut } from "./fan-out.ts";
import { openFileLog } from "./file-log.ts";
import type { OnUnreadable } from "./json-lines.ts";
import { openMemory } from "./memory.ts";
import { createBucket } from "./s3-bucket.ts";
import { openS3Log } from "./s3-log.ts";
import { parseStorageUrl, type StoragePlace, splitUrls } from "./storage-url.ts";

export interface OpenOptions {
  /** Nothing is created: a file, table or bucket that is absent stays so. */
  readonly readOnly?: boolean;
  /** Told of each stored line that can't be read (files and S3 objects). */
  readonly onUnreadable?: OnUnreadable;
}

export type OpenedStorage =
  | { readonly ok: true; readonly driver: StorageDriver }
  /** Everything that is wrong, said to a person who can correct it. */
  | { readonly ok: false; readonly problem: string };

/**
 * Opens the storage that URLs name, several of them as one: `memory:`, `file:///PATH[?max_bytes=N&backup_count=N]`,
 * `dynamodb://TABLE[?endpoint=URL&region=R&resources=TABLE&retention_days=N]`, `s3://BUCKET/PREFIX[?endpoint=URL&region=R]`.
 *
 * An endpoint on this machine gets stand-in credentials, and its tables and bucket are created where absent.
 *
 * @param urls separated by commas
 */
export async function openStorage(urls: string, options: OpenOptions = {}): Promise<OpenedStorage> {
  const parsed = splitUrls(urls).map(parseStorageUrl);
  const problems = parsed.flatMap((one) => (one.ok ? [] : [one.problem]));
  if (problems.length > 0) return { ok: false, problem: problems.join("; ") };
  const places = parsed.flatMap((one) => (one.ok ? [one.place] : []));
  const opened = await Promise.all(places.map((place) => openPlace(place, options)));
  const drivers = opened.flatMap((one) => (one.ok ? [one.driver] : []));
  const failed = opened.flatMap((one) => (one.ok ? [] : [one.problem]));
  const [first, ...others] = drivers;
  if (first === undefined || failed.length > 0) {
    await Promise.all(drivers.map((driver) => driver.close()));
    return { ok: false, problem: failed.join("; ") };
  }
  return { ok: true, driver: others.length === 0 ? first : openFanOut([first, ...others]) };
}

async function openPlace(place: StoragePlace, { readOnly = false, onUnreadable }: OpenOptions): Promise<OpenedStorage> {
  switch (place.kind) {
    case "memory":
      return { ok: true, driver: openMemory() };

    case "file": {
      const log = openFileLog({ ...place, ...(onUnreadable && { onUnreadable }) });
      return ready(log, readOnly ? access(place.path) : log.prepare(), `the file ${place.path}`);
    }

    case "dynamodb": {
      const { table, resourcesTable = defaultResourcesTable(table), retentionDays } = place;
      const client = new DynamoDBClient(clientOptions(place));
      const driver = openDynamoDb({ client, table, resourcesTable, ...(retentionDays && { retentionDays }) });
      if (readOnly || !isLocal(place)) return { ok: true, driver };
      return ready(driver, createTables(client, table, resourcesTable), `the table ${table} at ${place.endpoint}`);
    }

    case "s3": {
      const { bucket, prefix } = place;
      const client = new S3Client({ ...clientOptions(place), forcePathStyle: isLocal(place) });
      const driver = openS3Log({ client, bucket, prefix, ...(onUnreadable && { onUnreadable }) });
      if (readOnly || !isLocal(place)) return { ok: true, driver };
      return ready(driver, createBucket(client, bucket), `the bucket ${bucket} at ${place.endpoint}`);
    }
  }
}

/** The driver once it is prepared; closed again if it can't be. */
async function ready(driver: StorageDriver, preparation: Promise<void>, what: string): Promise<OpenedStorage> {
  try {
    await preparation;
    return { ok: true, driver };
  } catch (error) {
    await driver.close();
    return { ok: false, problem: `${what} can't be opened: ${messageOf(error)}` };
  }
}

/** A connection that several addresses refuse is an error without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}
