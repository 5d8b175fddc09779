import { openTables } from "../storage/dynamodb/open.ts";
import { dynamodbUrls } from "../storage/dynamodb/place.ts";
import { openBucket } from "../storage/s3/open.ts";
import { s3Urls } from "../storage/s3/place.ts";
import { type StorageKind, storageKind } from "../storage/storage-kind.ts";

/**
 * The storages of a function or a task: its bundle holds their drivers and no others. They are imported at the top, because
 * a bundler keeps all of a module that is imported later, used or not: 76 KB more.
 */
export const deployedDrivers: readonly StorageKind[] = [
  storageKind(dynamodbUrls, async () => openTables),
  storageKind(s3Urls, async () => openBucket),
];
