import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { bounded } from "../aws/bounded-client.ts";
import { callLimits, clientOptions, type Endpoint, isLocal } from "../aws/client-options.ts";
import { createBucket, expectBucket } from "../aws/s3-bucket.ts";
import { isTransient } from "../aws/service-error.ts";
import { errorMessage } from "../log/error-message.ts";
import type { StorageDriver } from "./driver.ts";
import { openDynamoDb } from "./dynamodb/dynamodb.ts";
import type { ExpiredRecords } from "./dynamodb/expired-rows.ts";
import { defaultResourcesTable } from "./dynamodb/keys.ts";
import { createTables, expectTables } from "./dynamodb/tables.ts";
import { openFanOut } from "./fan-out.ts";
import { openFileLog } from "./file/file.ts";
import { expectLogFiles } from "./file/log-files.ts";
import { openMemory } from "./memory/memory.ts";
import { openS3Log } from "./s3/s3.ts";
import { parseStorageUrl, type StoragePlace, splitUrls } from "./storage-url.ts";
import type { OnUnreadable } from "./unreadable.ts";

export interface OpenOptions {
  /** Nothing is created: a file, table or bucket that is absent stays so. */
  readonly readOnly?: boolean;
  /** Told of all that a reading leaves out as it can't be read. */
  readonly onUnreadable?: OnUnreadable;
  /** Told of records that were stored although their retention is over. */
  readonly onExpired?: (expired: ExpiredRecords) => void;
  /** Told of what should be put right, although it can be used. */
  readonly onWarning?: (problem: string) => void;
}

export type OpenedStorage =
  | { readonly ok: true; readonly driver: StorageDriver }
  /** Everything that is wrong, said to a person who can correct it. Transient: all of it may pass by itself. */
  | { readonly ok: false; readonly problem: string; readonly transient: boolean };

/**
 * Opens the storage that URLs name, several of them as one: `memory:`, `file:///PATH[?max_bytes=N&backup_count=N&mode=0640]`,
 * `dynamodb://TABLE[?endpoint=URL&region=R&resources=TABLE&retention_days=N]`, `s3://BUCKET/PREFIX[?endpoint=URL&region=R]`.
 *
 * An endpoint on this machine gets stand-in credentials, and its tables and bucket are created where absent. Elsewhere
 * it is seen to that table and bucket are there and answer: who can't store must not begin to receive.
 *
 * @param urls separated by commas
 */
export async function openStorage(urls: string, options: OpenOptions = {}): Promise<OpenedStorage> {
  const parsed = splitUrls(urls).map(parseStorageUrl);
  const problems = parsed.flatMap((one) => (one.ok ? [] : [one.problem]));
  if (problems.length > 0) return { ok: false, problem: problems.join("; "), transient: false };
  const places = parsed.flatMap((one) => (one.ok ? [one.place] : []));
  const opened = await Promise.all(places.map((place) => openPlace(place, options)));
  const drivers = opened.flatMap((one) => (one.ok ? [one.driver] : []));
  const failed = opened.flatMap((one) => (one.ok ? [] : [one]));
  const [first, ...others] = drivers;
  if (first === undefined || failed.length > 0) {
    await Promise.all(drivers.map((driver) => driver.close()));
    const problem = failed.map((one) => one.problem).join("; ");
    return { ok: false, problem, transient: failed.every((one) => one.transient) };
  }
  return { ok: true, driver: others.length === 0 ? first : openFanOut([first, ...others]) };
}

async function openPlace(place: StoragePlace, options: OpenOptions): Promise<OpenedStorage> {
  const { readOnly = false, onUnreadable, onExpired, onWarning } = options;
  switch (place.kind) {
    case "memory":
      return { ok: true, driver: openMemory() };

    case "file": {
      const { path, maxBytes, backupCount, mode } = place;
      const log = openFileLog({
        path,
        maxBytes,
        backupCount,
        ...(mode && { mode }),
        ...(onUnreadable && { onUnreadable }),
        ...(onWarning && { onWider: onWarning }),
      });
      return ready(log, readOnly ? expectLogFiles(place.path) : log.prepare(), `the file ${place.path}`);
    }

    case "dynamodb": {
      const { table, resourcesTable = defaultResourcesTable(table), retentionDays } = place;
      const client = bounded(new DynamoDBClient(clientOptions(place)), callLimits.storage);
      const driver = openDynamoDb({
        ...{ client, table, resourcesTable },
        ...(retentionDays && { retentionDays }),
        ...(onExpired && { onExpired }),
        ...(onUnreadable && { onUnreadable }),
      });
      if (readOnly) return { ok: true, driver };
      const tables = isLocal(place)
        ? createTables(client, table, resourcesTable)
        : expectTables(client, [table, resourcesTable]);
      return ready(driver, tables.then(driver.prepare), `the table ${table}${at(place)}`);
    }

    case "s3": {
      const { bucket, prefix } = place;
      const options = { ...clientOptions(place), forcePathStyle: isLocal(place) };
      const client = bounded(new S3Client(options), callLimits.storage);
      const driver = openS3Log({ client, bucket, prefix, ...(onUnreadable && { onUnreadable }) });
      if (readOnly) return { ok: true, driver };
      const made = isLocal(place) ? createBucket(client, bucket) : expectBucket(client, bucket);
      return ready(driver, made.then(driver.prepare), `the bucket ${bucket}${at(place)}`);
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
    return { ok: false, problem: `${what} can't be opened: ${errorMessage(error)}`, transient: isTransient(error) };
  }
}

function at({ endpoint }: Endpoint): string {
  return endpoint === undefined ? "" : ` at ${endpoint}`;
}
