import { parseTimestamp } from "../../lib/judge/parse/timestamp.ts";
import { counterTypes, type Dialect } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { listSpelled } from "./python-literal.ts";

/** How a field's value can be read from its text; none where it can't. */
type ValueReader = (text: string, name: string, dialect: Dialect) => readonly Value[];

interface Field {
  readonly name: string;
  readonly optional: boolean;
  readonly read: ValueReader;
}

const anyText: ValueReader = (text) => [text];
const someText: ValueReader = (text) => (text === "" ? [] : [text]);
const time: ValueReader = (text) => (parseTimestamp(text) === undefined ? [] : [text]);
const word: ValueReader = (text) => counterTypes.filter((type) => type === text);
const number: ValueReader = (text, name, dialect) => {
  const value = /^-?[0-9]+$/.test(text) ? BigInt(text) : Number(text === "" ? "x" : text);
  return spelled(name, value, dialect) === name + text && Number.isFinite(Number(value)) ? [value] : [];
};
const numberOrNone: ValueReader = (text, name, dialect) => (text === "None" ? [null] : number(text, name, dialect));
/** All of it as one name, as one value, and as entries cut at each repetition of the outer name. */
const map: ValueReader = (text, name, dialect) => {
  if (text === "None") return [null];
  if (!text.startsWith(":")) return [];
  const rest = text.slice(1);
  const entries = rest.split(`${name}:`).map((entry) => [entry.slice(0, 1), entry.slice(1)] as const);
  const maps = [new Map([[rest, ""]]), new Map([["", rest]]), new Map(entries)];
  return maps.filter((one) => spelled(name, one, dialect) === name + text);
};
/** Whatever a setting allows may be of any type. */
const anything: ValueReader = (text, name, dialect) => [text, ...map(text, name, dialect)];
const list: ValueReader = (text, _name, dialect) => {
  const read = listSpelled(text, dialect);
  return read === undefined ? [] : [read];
};

const required = (name: string, read: ValueReader): Field => ({ name, optional: false, read });
const optional = (name: string, read: ValueReader): Field => ({ name, optional: true, read });

export const sampleFields: readonly Field[] = [
  required("counter_name", someText),
  required("counter_type", word),
  required("counter_unit", anyText),
  required("counter_volume", number),
  required("message_id", someText),
  optional("monotonic_time", numberOrNone),
  required("project_id", anyText),
  optional("project_name", anyText),
  optional("publisher_id", anyText),
  required("resource_id", someText),
  optional("resource_metadata", map),
  required("source", anyText),
  required("timestamp", time),
  required("user_id", anyText),
  optional("user_name", anyText),
];

export const eventFields: readonly Field[] = [
  required("event_type", someText),
  required("generated", time),
  required("message_id", someText),
  optional("raw", map),
  required("traits", list),
];

/** More readings than this of one text say nothing new. */
const MOST = 3_000;

/**
 * All the messages that have this canonical text: every way to cut it at known names, in their order and none of the
 * required ones left out, into values that are spelled so. Knows nothing of the rules that it is there to try.
 */
export function readings(
  text: string,
  { fields, allowed = [] }: { readonly fields: readonly Field[]; readonly allowed?: readonly string[] },
  dialect: Dialect,
): readonly ValueMap[] {
  const all = [...fields, ...allowed.map((name) => optional(name, anything))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const hopeless = new Set<string>();
  const found: ValueMap[] = [];

  /** Those that may stand behind a field, the nearest required one last. */
  const next = (index: number): readonly number[] => {
    const behind: number[] = [];
    for (let other = index + 1; other < all.length; other++) {
      behind.push(other);
      if (all[other]?.optional === false) return behind;
    }
    return [...behind, all.length];
  };

  const cut = (index: number, at: number, read: ReadonlyMap<string, Value>): boolean => {
    const field = all[index];
    if (field === undefined) return at === text.length && found.push(read) > 0;
    const state = `${index} ${at}`;
    if (found.length >= MOST || hopeless.has(state) || !text.startsWith(field.name, at)) return false;
    const start = at + field.name.length;
    const ends = next(index).flatMap((other) =>
      positions(text, all[other]?.name, start).map((end) => ({ other, end, value: text.slice(start, end) })),
    );
    let some = false;
    for (const { other, end, value } of ends) {
      for (const one of field.read(value, field.name, dialect)) {
        some = cut(other, end, new Map([...read, [field.name, one]])) || some;
      }
    }
    if (!some) hopeless.add(state);
    return some;
  };

  for (const first of next(-1)) cut(first, 0, new Map());
  return found;
}

/** Of a name; of no name, the end. */
function positions(text: string, name: string | undefined, from: number): readonly number[] {
  if (name === undefined) return [text.length];
  const found: number[] = [];
  for (let at = text.indexOf(name, from); at !== -1; at = text.indexOf(name, at + 1)) found.push(at);
  return found;
}

function spelled(name: string, value: Value, dialect: Dialect): string | undefined {
  const canonical = canonicalText(new Map([[name, value]]), dialect);
  return canonical.kind === "text" ? canonical.text : undefined;
}
