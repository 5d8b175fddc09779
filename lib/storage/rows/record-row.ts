import { contentDigest } from "../../sample/content.ts";
import { fieldNames, toMessage } from "../../sample/message.ts";
import { accept, type Result, reject } from "../../sample/rejection.ts";
import {
  type CounterType,
  counterTypes,
  type Event,
  type ExactNumber,
  type MeteringRecord,
  type Sample,
  type SignedForm,
  signedForms,
  type Trait,
} from "../../sample/sample.ts";
import { isValueList, isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { fromExactJson, toExactJson } from "../../wire/exact-json.ts";
import type { DecodeLimits } from "../../wire/limits.ts";
import type { Standing } from "../driver.ts";
import { FORMAT, NewerFormat } from "../format.ts";
import { KnownMember } from "./known-member.ts";

/**
 * A record as one line of legal JSON: all that was signed, under the wire's names, and beside it names of ours. `format`
 * comes first, where no row of format 1 can have a name that was signed; then `dialect`, `time`, and as `content` the
 * digest of what the record says. An extra field that was signed under one of these is written as `signed:time`.
 *
 * @param conflict where a row is shown, and not stored: how it stands
 */
export function toRow(record: MeteringRecord, conflict?: Standing): string {
  const signed = record.kind === "sample" && record.extra.size === 0 ? signedOfSample(record) : signedOf(record);
  const ours = `,"dialect":"${record.dialect}","time":${toExactJson(record.time)},"content":"${contentDigest(record)}"`;
  return `{"format":${FORMAT}${signed}${ours}${conflict === undefined ? "" : `,"conflict":"${conflict}"`}}`;
}

function signedOf(record: MeteringRecord): string {
  const row = new Map(Array.from(toMessage(record), ([name, value]) => [toRowName(name), value]));
  return row.size === 0 ? "" : `,${toExactJson(row).slice(1, -1)}`;
}

const rowNames = fieldNames.sample.map((name) => ({ name, written: `,${JSON.stringify(name)}:` }));

/** The same of nearly every record, in one go. */
function signedOfSample(sample: Sample): string {
  let row = "";
  for (const { name, written } of rowNames) {
    const value = sample[name];
    if (value !== undefined) row = row + written + toExactJson(value);
  }
  const signature = sample.message_signature;
  return signature === null ? row : `${row},"message_signature":${toExactJson(signature)}`;
}

/** Reads one row as `fromRow` does. */
export type ReadRow = typeof fromRow;

/** Makes a reader of many rows, which reads metadata once that stands in many of them. */
export function rowReader(): ReadRow {
  const metadata = new KnownMember("resource_metadata", "message_id", MOST_REMEMBERED);
  return (line, place) => read(line, place, metadata);
}

/** Characters of rows whose metadata is kept: some ten thousand resources, of a kilobyte each. */
const MOST_REMEMBERED = 16 * 1024 * 1024;

/**
 * Reads what `toRow` wrote, in this release or an earlier one.
 *
 * @param place for messages: where the line is from
 * @returns the record; `undecodable` or `invalid-sample` for a line that `toRow` did not write whole
 * @throws NewerFormat for a row that a later release wrote
 */
export function fromRow(line: string, place = "a row"): Result<MeteringRecord> {
  return read(line, place);
}

function read(line: string, place = "a row", metadata?: KnownMember): Result<MeteringRecord> {
  const decoded = fromExactJson(line, rowLimits, metadata);
  if (!decoded.ok) return decoded;
  if (!isValueMap(decoded.value)) return reject("invalid-sample", "a row has to be an object");
  const format = formatOf(decoded.value);
  if (format > FORMAT) throw new NewerFormat(place, format);
  const row = new RowReader(decoded.value, format === 1n ? OURS_1 : OURS);
  try {
    if (format !== 1n) row.takeOurs();
    return accept(sampleNames.every((name) => row.has(name)) ? toSample(row) : toEvent(row));
  } catch (error) {
    if (error instanceof WrongField) return reject("invalid-sample", error.message);
    throw error;
  }
}

/** Bytes of a row that are enough to tell its format. */
export const FORMAT_LENGTH = 32;

/** Throws NewerFormat where a line begins like a row that a later release wrote. */
export function expectRowFormat(lineStart: string, place: string): void {
  const found = /^\{"format":([0-9]{1,9})[,}]/.exec(lineStart)?.[1];
  if (found !== undefined && Number(found) > FORMAT) throw new NewerFormat(place, found);
}

/** Rows of format 1 don't say so, and begin with a name that was signed. */
function formatOf(row: ValueMap): bigint {
  const [first] = row;
  return first?.[0] === "format" && typeof first[1] === "bigint" ? first[1] : 1n;
}

/**
 * A record kept its receiver's limits when it was written, but grows on its way to JSON: text by its escapes, bytes by
 * base64 and by one level of depth. Only depth has to be bounded here, because the reader recurses.
 */
const rowLimits: DecodeLimits = {
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxDepth: 512,
  maxMapLength: Number.MAX_SAFE_INTEGER,
  maxArrayLength: Number.MAX_SAFE_INTEGER,
  maxStringLength: Number.MAX_SAFE_INTEGER,
  maxIntegerDigits: Number.MAX_SAFE_INTEGER,
};

/** Rows don't say their kind: what has all of these is a sample. */
const sampleNames = ["counter_name", "counter_volume", "timestamp"];

function toSample(row: RowReader): Sample {
  const dialect = row.take("dialect", isSignedForm);
  return {
    kind: "sample",
    dialect,
    time: row.takeTime(),
    source: row.take("source", isText),
    counter_name: row.take("counter_name", isText),
    counter_type: row.take("counter_type", isCounterType),
    counter_unit: row.take("counter_unit", isText),
    counter_volume: row.take("counter_volume", isFiniteNumber),
    user_id: row.take("user_id", isTextOrNull),
    project_id: row.take("project_id", isTextOrNull),
    resource_id: row.take("resource_id", isText),
    timestamp: row.take("timestamp", isText),
    resource_metadata: row.take("resource_metadata", isMapOrNull),
    message_id: row.take("message_id", isText),
    message_signature: takeSignature(row, dialect),
    monotonic_time: row.take("monotonic_time", orAbsent(isNumberOrNull)),
    user_name: row.take("user_name", orAbsent(isTextOrNull)),
    project_name: row.take("project_name", orAbsent(isTextOrNull)),
    publisher_id: row.take("publisher_id", orAbsent(isTextOrNull)),
    extra: row.rest(),
  };
}

function toEvent(row: RowReader): Event {
  const dialect = row.take("dialect", isSignedForm);
  return {
    kind: "event",
    dialect,
    time: row.takeTime(),
    message_id: row.take("message_id", isText),
    event_type: row.take("event_type", isText),
    generated: row.take("generated", isText),
    traits: row.take("traits", isTraits),
    raw: row.take("raw", orAbsent(isMapOrNull)),
    message_signature: takeSignature(row, dialect),
    extra: row.rest(),
  };
}

/** Absent with signature v2; one that is missing otherwise would be damage. */
function takeSignature(row: RowReader, form: SignedForm): string | null {
  return form === "v2" ? (row.take("message_signature", isAbsent) ?? null) : row.take("message_signature", isText);
}

class WrongField extends Error {}

/** One for all rows, as nearly all have no extra field. */
const NOTHING_LEFT: ValueMap = new Map();

/** Takes the fields of one row; what nobody takes is left in `rest`. */
class RowReader {
  readonly #row: ValueMap;
  readonly #ours: RegExp;
  readonly #taken: string[] = [];

  constructor(row: ValueMap, ours: RegExp) {
    this.#row = row;
    this.#ours = ours;
  }

  /** Takes off those fields of ours that follow from the others. */
  takeOurs(): void {
    this.take("content", isText);
    for (const name of ["format", "conflict"]) if (this.#row.has(name)) this.#taken.push(name);
  }

  has(name: string): boolean {
    return this.#row.has(name);
  }

  /** Each name once. */
  take<T extends Field>(name: string, isOfType: Check<T>): T {
    const value = this.#row.get(name);
    if (!isOfType(value)) throw new WrongField(`${name} is ${value === undefined ? "missing" : "of another type"}`);
    if (value !== undefined) this.#taken.push(name);
    return value;
  }

  takeTime(): string {
    const time = this.take("time", isText);
    if (!TIME.test(time)) throw new WrongField("time is not the time of a record");
    return time;
  }

  rest(): ValueMap {
    if (this.#taken.length === this.#row.size) return NOTHING_LEFT;
    const left = Array.from(this.#row).filter(([name]) => !this.#taken.includes(name));
    return new Map(left.map(([name, value]) => [fromRowName(name, this.#ours), value]));
  }
}

/** A time as it is sorted and calculated with; whether a year has a 29th of February is left to the calendar. */
const TIME =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2\d)|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{6}Z$/;

type Field = Value | undefined;
type Check<T extends Field> = (value: Field) => value is T;

const isAbsent = (value: Field): value is undefined => value === undefined;
const isText = (value: Field): value is string => typeof value === "string";
const isTextOrNull = (value: Field): value is string | null => value === null || typeof value === "string";
const isMapOrNull = (value: Field): value is ValueMap | null => value === null || isValueMap(value);
const isSignedForm = (value: Field): value is SignedForm => signedForms.some((form) => form === value);
const isCounterType = (value: Field): value is CounterType => counterTypes.some((type) => type === value);
const isTraits = (value: Field): value is readonly Trait[] => isValueList(value) && value.every(isTrait);
const isNumberOrNull = (value: Field): value is ExactNumber | null => value === null || isFiniteNumber(value);

function isFiniteNumber(value: Field): value is ExactNumber {
  return typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
}

function orAbsent<T extends Value>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

function isTrait(item: Value): item is Trait {
  return isValueList(item) && item.length === 3 && typeof item[0] === "string" && typeof item[1] === "bigint";
}

// One more mark on each name that already looks marked, so that no two names become one.
const OURS = /^(?:signed:)*(?:format|dialect|time|content|conflict)$/;
const OURS_1 = /^(?:signed:)*(?:dialect|time)$/;

function toRowName(name: string): string {
  return OURS.test(name) ? `signed:${name}` : name;
}

function fromRowName(name: string, ours: RegExp): string {
  return ours.test(name) ? name.slice("signed:".length) : name;
}
