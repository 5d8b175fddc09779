import { dynamodbUrls } from "../storage/dynamodb/place.ts";
import { fileUrls } from "../storage/file/place.ts";
import { memoryUrls } from "../storage/memory/place.ts";
import { nullUrls } from "../storage/null/place.ts";
import { s3Urls } from "../storage/s3/place.ts";
import { type StorageKind, storageKind } from "../storage/storage-kind.ts";

/** Every storage that a command can be told of. Each has its driver and its client loaded when a URL names it. */
export const allDrivers: readonly StorageKind[] = [
  storageKind(memoryUrls, async () => (await import("../storage/memory/open.ts")).openMemoryPlace),
  storageKind(nullUrls, async () => (await import("../storage/null/open.ts")).openNullPlace),
  storageKind(fileUrls, async () => (await import("../storage/file/open.ts")).openFile),
  storageKind(dynamodbUrls, async () => (await import("../storage/dynamodb/open.ts")).openTables),
  storageKind(s3Urls, async () => (await import("../storage/s3/open.ts")).openBucket),
];

/** The drivers whose samples outlast the command that stored them. */
export const lastingDrivers: readonly StorageKind[] = allDrivers.filter(({ leavesNothing }) => !leavesNothing);
