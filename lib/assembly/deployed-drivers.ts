import { openTables } from "../storage/dynamodb/open.ts";
import { dynamodbUrls } from "../storage/dynamodb/place.ts";
import { openBucket } from "../storage/s3/open.ts";
import { s3Urls } from "../storage/s3/place.ts";
import { type StorageKind, storageKind } from "../storage/storage-kind.ts";

/**
 * What a function or a task keeps samples in: a bundle holds these and no others. Not loaded later, as a bundler keeps all of
 * what is imported so, used or not: 76 KB more.
 */
export const deployedDrivers: readonly StorageKind[] = [
  storageKind(dynamodbUrls, async () => openTables),
  storageKind(s3Urls, async () => openBucket),
];
