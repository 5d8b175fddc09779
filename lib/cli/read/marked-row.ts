import { recordDoubt } from "../../judge/record-doubt.ts";
import type { MeteringRecord } from "../../sample/sample.ts";

/** A name of ours beside those that a row has; where a setting allowed a field of that name, the field stands there. */
const NAME = "ambiguous";

/** A record's row, and what speaks against its reading where there is something: found anew in its fields, stored nowhere. */
export function markedRow(record: MeteringRecord, row: string): string {
  const doubt = record.extra.has(NAME) ? undefined : recordDoubt(record);
  return doubt === undefined ? row : `${row.slice(0, -1)},"${NAME}":${JSON.stringify(doubt.detail)}}`;
}
