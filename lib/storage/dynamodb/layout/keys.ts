/**
 * Names and keys of the two DynamoDB tables, which the driver, the constructs and a person with a query share.
 *
 * Samples table, one item per sample or event:
 *   `s#<meter>#<resource>`  | `<time>#<message_id>#<digest>`  a sample; a third `#<shard>` is left free for hot ones
 *   `e#<type>#<day>`        | `<time>#<message_id>#<digest>`  an event
 * The digest is of what the record says (lib/sample/content.ts). Rows of format 1, which have no attribute `f`, end before it.
 * Resources table, what samples point to and what readers start from:
 *   `r#<resource>`          | `v#<sha-256>`            one metadata version; in the index by-project
 *   `r#<resource>`          | `m#<meter>#<type>#<unit>` a meter of this resource; in the index by-meter
 *   `events`                | `<day>#<type>`           there are events of this type on this day
 *   `c#<meter>#<resource>`  | `<time>#<sha-256>`       a settlement of a conflict
 *   `format`                | `format`                 the format that these tables are written in
 */
export const keyNames = { partition: "pk", sort: "sk" } as const;

/** Seconds since 1970, where retention is set; to be enabled as the TTL attribute of both tables. */
export const TTL_ATTRIBUTE = "ttl";

/** Both are sparse, have no sort key and project keys only. */
export const projectIndex = { name: "by-project", partition: "project" } as const;
export const meterIndex = { name: "by-meter", partition: "meter" } as const;

export const EVENTS_PARTITION = "events";

/** Both keys of the item that says the tables' format, and the attribute that has it. */
export const FORMAT_KEY = "format";

/** The format of a row, an event's or a sample's. Rows of format 1 have none. */
export const FORMAT_ATTRIBUTE = "f";

/** Attributes of a sample's item, short because names count towards the write unit of 1,024 bytes. */
export const rowNames = {
  type: "type",
  unit: "unit",
  /** The volume as exact JSON: `1` is an integer, `1.0` a float. */
  volume: "vol",
  /** The volume as a number, where DynamoDB can hold it. For queries; `vol` is the truth. */
  number: "num",
  /** `timestamp` as it was sent. */
  timestamp: "ts",
  /** The signature, 32 bytes. */
  signature: "sig",
  dialect: "dia",
  /** `monotonic_time` as exact JSON. */
  monotonic: "mono",
  publisher: "pub",
  extra: "extra",
  /** SHA-256 of the metadata version that the sample points to, 32 bytes. */
  version: "ver",
} as const;

/** The body of a metadata version, an event or a settlement, as exact JSON. */
export const BODY_ATTRIBUTE = "body";

export function defaultResourcesTable(table: string): string {
  return `${table}-resources`;
}

export function samplePartition(meter: string, resource: string): string {
  return joined("s", meter, resource);
}

export function parseSamplePartition(key: string): { readonly meter: string; readonly resource: string } | undefined {
  const [prefix, meter, resource] = parts(key);
  return prefix === "s" && meter !== undefined && resource !== undefined ? { meter, resource } : undefined;
}

/** Sorts by time, because times have one length, and then by the bytes of message id and digest. */
export function timeKey(time: string, messageId: string, digest: string): string {
  return `${time}#${messageId}#${digest}`;
}

/** Of a key of format 1, `digestLength` is 0. A message id may hold "#", so the digest is known by its length. */
export function parseTimeKey(key: string, digestLength: number): { readonly time: string; readonly messageId: string } {
  const end = key.indexOf("#");
  return { time: key.slice(0, end), messageId: key.slice(end + 1, digestLength > 0 ? -digestLength - 1 : undefined) };
}

export function settlementPartition(meter: string, resource: string): string {
  return joined("c", meter, resource);
}

export function settlementKey(time: string, hash: string): string {
  return joined(time, hash);
}

export function eventPartition(type: string, day: string): string {
  return joined("e", type, day);
}

export function resourcePartition(resource: string): string {
  return joined("r", resource);
}

export function parseResourcePartition(key: string): string | undefined {
  const [prefix, resource] = parts(key);
  return prefix === "r" ? resource : undefined;
}

/** The prefix of the sort keys of a resource's metadata versions. */
export const VERSION_KEY_PREFIX = "v#";

export function versionKey(hash: Uint8Array): string {
  return `${VERSION_KEY_PREFIX}${Buffer.from(hash).toString("hex")}`;
}

export function meterKey(meter: string, type: string, unit: string): string {
  return joined("m", meter, type, unit);
}

/** The prefix of the sort keys of a resource's meters. */
export const METER_KEY_PREFIX = "m#";

export function parseMeterKey(key: string): string | undefined {
  const [prefix, meter] = parts(key);
  return prefix === "m" ? meter : undefined;
}

/** Day first, so that the newest days are the first of a descending query whatever the types. */
export function eventDayKey(day: string, type: string): string {
  return joined(day, type);
}

export function parseEventDayKey(key: string): { readonly day: string; readonly type: string } | undefined {
  const [day, type] = parts(key);
  return day !== undefined && type !== undefined ? { day, type } : undefined;
}

/** Prefixed, because an index key can't be empty and a project id can. */
export function projectIndexKey(project: string): string {
  return joined("p", project);
}

export function meterIndexKey(meter: string): string {
  return joined("m", meter);
}

// No part keeps a "#" of its own, so no two lists of parts give one key.
function joined(...all: readonly string[]): string {
  return all.map(escaped).join("#");
}

function escaped(part: string): string {
  // Nearly no part has one, and looking is cheaper than replacing nothing.
  if (!part.includes("#") && !part.includes("%")) return part;
  return part.replace(/[%#]/g, (mark) => (mark === "%" ? "%25" : "%23"));
}

function parts(key: string): readonly string[] {
  return key.split("#").map((part) => part.replace(/%2[35]/g, (mark) => (mark === "%25" ? "%" : "#")));
}
