import { createHash } from "node:crypto";
import { CONTENT_DIGEST_LENGTH, contentDigest } from "../../../sample/content.ts";
import { notesOf } from "../../../sample/metadata-notes.ts";
import { counterTypes, type Sample, signedForms } from "../../../sample/sample.ts";
import type { Value, ValueMap } from "../../../sample/value.ts";
import { toExactJson } from "../../../wire/exact-json.ts";
import { FORMAT, NewerFormat } from "../../format.ts";
import { attributeBytes, attributeText, DamagedItem, exactMap, exactValue, oneOf } from "./attributes.ts";
import {
  BODY_ATTRIBUTE,
  FORMAT_ATTRIBUTE,
  keyNames,
  meterIndex,
  meterIndexKey,
  meterKey,
  parseSamplePartition,
  parseTimeKey,
  projectIndex,
  projectIndexKey,
  resourcePartition,
  rowNames,
  samplePartition,
  timeKey,
  versionKey,
} from "./keys.ts";
import type { Item } from "./limits.ts";
import { dynamoNumber } from "./number.ts";

/** The fields that hardly change between the samples of a resource: kept once per version. */
export type MetadataVersion = Pick<
  Sample,
  "source" | "user_id" | "user_name" | "project_id" | "project_name" | "resource_metadata"
>;

export interface SampleItems {
  /**
   * The sample itself: a pure function of what arrived, so that writing it again changes nothing. A copy that came
   * otherwise (another key, dialect or publisher) has the same key, and its signature takes the place of the former.
   */
  readonly row: Item;
  readonly version: Item;
  readonly meter: Item;
}

/** A sample as items, without an expiry. */
export function toSampleItems(sample: Sample): SampleItems {
  const { counter_name, counter_type, counter_unit } = sample;
  const { version, hash } = versionItemOf(sample);
  return {
    row: toRow(sample, hash),
    version,
    meter: {
      [keyNames.partition]: { S: resourcePartition(sample.resource_id) },
      [keyNames.sort]: { S: meterKey(counter_name, counter_type, counter_unit) },
      [meterIndex.partition]: { S: meterIndexKey(counter_name) },
    },
  };
}

/** A metadata version's item, and what it was made of beside the metadata. */
interface VersionItem {
  readonly of: Pick<Sample, "resource_id" | "source" | "user_id" | "user_name" | "project_id" | "project_name">;
  readonly version: Item;
  readonly hash: Uint8Array;
}

/** Of metadata that is known to come again: it is not written and hashed for each sample. */
const known = new WeakMap<ValueMap, VersionItem>();

function versionItemOf(sample: Sample): VersionItem {
  const metadata = sample.resource_metadata;
  const made = metadata === null ? undefined : known.get(metadata);
  if (made !== undefined && hasSameVersion(made.of, sample)) return made;
  const anew = makeVersionItem(sample);
  if (metadata !== null && notesOf(metadata) !== undefined) known.set(metadata, anew);
  return anew;
}

/** Of two samples with the same metadata. */
function hasSameVersion(one: VersionItem["of"], other: Sample): boolean {
  return (
    one.resource_id === other.resource_id &&
    one.source === other.source &&
    one.user_id === other.user_id &&
    one.user_name === other.user_name &&
    one.project_id === other.project_id &&
    one.project_name === other.project_name
  );
}

function makeVersionItem(sample: Sample): VersionItem {
  const { resource_id, source, user_id, user_name, project_id, project_name } = sample;
  const body = toExactJson(versionFields(sample));
  const hash = createHash("sha256").update(body, "utf8").digest();
  return {
    of: { resource_id, source, user_id, user_name, project_id, project_name },
    version: {
      [keyNames.partition]: { S: resourcePartition(resource_id) },
      [keyNames.sort]: { S: versionKey(hash) },
      [BODY_ATTRIBUTE]: { S: body },
      ...(project_id !== null && { [projectIndex.partition]: { S: projectIndexKey(project_id) } }),
    },
    hash,
  };
}

function versionFields(sample: Sample): ReadonlyMap<string, Value> {
  const fields = [
    ["source", sample.source],
    ["user_id", sample.user_id],
    ["user_name", sample.user_name],
    ["project_id", sample.project_id],
    ["project_name", sample.project_name],
    ["resource_metadata", sample.resource_metadata],
  ] as const;
  return new Map(fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

function toRow(sample: Sample, version: Uint8Array): Item {
  const number = dynamoNumber(sample.counter_volume);
  const { monotonic_time, publisher_id, extra } = sample;
  return {
    [keyNames.partition]: { S: samplePartition(sample.counter_name, sample.resource_id) },
    [keyNames.sort]: { S: timeKey(sample.time, sample.message_id, contentDigest(sample)) },
    [FORMAT_ATTRIBUTE]: { N: String(FORMAT) },
    [rowNames.type]: { S: sample.counter_type },
    [rowNames.unit]: { S: sample.counter_unit },
    [rowNames.volume]: { S: toExactJson(sample.counter_volume) },
    ...(number !== undefined && { [rowNames.number]: { N: number } }),
    [rowNames.timestamp]: { S: sample.timestamp },
    ...(sample.message_signature !== null && {
      [rowNames.signature]: { B: Buffer.from(sample.message_signature, "hex") },
    }),
    [rowNames.dialect]: { S: sample.dialect },
    ...(monotonic_time !== undefined && { [rowNames.monotonic]: { S: toExactJson(monotonic_time) } }),
    ...(publisher_id !== undefined && {
      [rowNames.publisher]: publisher_id === null ? { NULL: true } : { S: publisher_id },
    }),
    ...(extra.size > 0 && { [rowNames.extra]: { S: toExactJson(extra) } }),
    [rowNames.version]: { B: version },
  };
}

/** The hash of the metadata version that a row points to. */
export function versionOf(row: Item): Uint8Array {
  return attributeBytes(row, rowNames.version);
}

/** The sample that a row and its metadata version were made from. */
export function fromSampleItems(row: Item, version: MetadataVersion): Sample {
  const partition = parseSamplePartition(attributeText(row, keyNames.partition));
  if (partition === undefined) throw new DamagedItem(row, keyNames.partition);
  const { time, messageId } = parseRowKey(row);
  return Object.freeze({
    kind: "sample",
    dialect: oneOf(signedForms, row, rowNames.dialect),
    time,
    source: version.source,
    counter_name: partition.meter,
    counter_type: oneOf(counterTypes, row, rowNames.type),
    counter_unit: attributeText(row, rowNames.unit),
    counter_volume: volumeOf(row),
    user_id: version.user_id,
    user_name: version.user_name,
    project_id: version.project_id,
    project_name: version.project_name,
    resource_id: partition.resource,
    timestamp: attributeText(row, rowNames.timestamp),
    resource_metadata: version.resource_metadata,
    message_id: messageId,
    monotonic_time: monotonicOf(row),
    publisher_id: row[rowNames.publisher]?.NULL ? null : row[rowNames.publisher]?.S,
    message_signature: signatureOf(row),
    extra: row[rowNames.extra] === undefined ? new Map() : exactMap(row, rowNames.extra),
  });
}

/** Time and message id in a row's sort key, read in the format that the row is in. */
function parseRowKey(row: Item): { readonly time: string; readonly messageId: string } {
  const format = row[FORMAT_ATTRIBUTE]?.N;
  if (format !== undefined && Number(format) !== FORMAT) throw new NewerFormat("a row in the samples table", format);
  return parseTimeKey(attributeText(row, keyNames.sort), format === undefined ? 0 : CONTENT_DIGEST_LENGTH);
}

/** Absent with signature v2; one that is missing otherwise would be damage. */
function signatureOf(row: Item): string | null {
  if (row[rowNames.signature] === undefined && row[rowNames.dialect]?.S === "v2") return null;
  return Buffer.from(attributeBytes(row, rowNames.signature)).toString("hex");
}

function volumeOf(row: Item): Sample["counter_volume"] {
  const value = exactValue(row, rowNames.volume);
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw new DamagedItem(row, rowNames.volume);
}

function monotonicOf(row: Item): Sample["monotonic_time"] {
  if (row[rowNames.monotonic] === undefined) return undefined;
  const value = exactValue(row, rowNames.monotonic);
  if (typeof value === "number" || typeof value === "bigint" || value === null) return value;
  throw new DamagedItem(row, rowNames.monotonic);
}
