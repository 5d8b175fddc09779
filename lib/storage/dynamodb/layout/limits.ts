import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { keyNames, meterIndex, projectIndex } from "./keys.ts";

export type Item = Readonly<Record<string, AttributeValue>>;

/** DynamoDB's limit for one item, names and values together. */
export const MAX_ITEM_BYTES = 400 * 1024;
/** DynamoDB's limits for a partition key, of a table as well as an index, and for a sort key. */
const MAX_PARTITION_KEY_BYTES = 2_048;
const MAX_SORT_KEY_BYTES = 1_024;

const KEY_LIMITS = [
  [keyNames.partition, "partition key", MAX_PARTITION_KEY_BYTES],
  [keyNames.sort, "sort key", MAX_SORT_KEY_BYTES],
  [projectIndex.partition, "project index key", MAX_PARTITION_KEY_BYTES],
  [meterIndex.partition, "meter index key", MAX_PARTITION_KEY_BYTES],
] as const;

/** Why DynamoDB would always refuse this item, and with it the 24 others of its batch; undefined if it takes it. */
export function overLimit(item: Item): string | undefined {
  for (const [name, called, limit] of KEY_LIMITS) {
    const bytes = Buffer.byteLength(item[name]?.S ?? "", "utf8");
    if (bytes > limit) return `a ${called} of ${bytes} bytes; DynamoDB's limit is ${limit}`;
  }
  const bytes = itemBytes(item);
  return bytes > MAX_ITEM_BYTES ? `an item of ${bytes} bytes; DynamoDB's limit is ${MAX_ITEM_BYTES}` : undefined;
}

/** The size of an item as DynamoDB counts it; for numbers, which AWS documents as approximate, at least that. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name, "utf8") + valueBytes(value);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S, "utf8");
  if (value.B !== undefined) return value.B.length;
  if (value.N !== undefined) return numberBytes(value.N);
  return 1;
}

// Two digits a byte, one byte more, one for the sign, and one where the digits don't pair with the decimal point.
function numberBytes(text: string): number {
  const digits = text.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "").length;
  return Math.ceil(digits / 2) + 2 + (text.startsWith("-") ? 1 : 0);
}
