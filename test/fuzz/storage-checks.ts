import { isDeepStrictEqual } from "node:util";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import { fromEventRow } from "../../lib/storage/dynamodb/layout/event-items.ts";
import { fromSampleItems } from "../../lib/storage/dynamodb/layout/sample-items.ts";
import { type Plan, planOf } from "../../lib/storage/dynamodb/layout/write-plan.ts";
import { toVersion } from "../../lib/storage/dynamodb/metadata-versions.ts";
import { fromRow, toRow } from "../../lib/storage/rows/record-row.ts";
import { hoursOf, objectKey, partitionOf } from "../../lib/storage/s3/keys.ts";

/** What one of the storages would not give back as it was; undefined if all of them would. */
export function lostByStorage(record: MeteringRecord): string | undefined {
  const line = toRow(record);
  if (line.includes("\n")) return "its row has more than one line";
  const row = fromRow(line);
  if (!row.ok) return `its row is not read: ${row.detail}`;
  if (!isDeepStrictEqual(row.value, record)) return "its row is read back as another record";
  const key = objectKey(partitionOf("prefix/", record), line);
  if (hoursOf([key], { from: record.time }).length !== 1) return `S3's readers don't find ${key}`;
  const planned = planOf(record, 30);
  if (!planned.ok) return planned.detail === "" ? "DynamoDB can't store it, but nobody says why" : undefined;
  return isDeepStrictEqual(fromItems(record.kind, planned.plan), record)
    ? undefined
    : "its DynamoDB items are read back as another record";
}

function fromItems(kind: MeteringRecord["kind"], { row, needs }: Plan): MeteringRecord | undefined {
  if (kind === "event") return fromEventRow(row);
  const [version] = needs;
  return version && fromSampleItems(row, toVersion(version));
}
