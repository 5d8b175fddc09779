import type { ExactNumber } from "../../sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { shortExactJson } from "../../wire/exact-json.ts";
import { parseTimestamp } from "./timestamp.ts";

/** Characters of an offending value that a rejection repeats. */
const MAX_SHOWN = 80;

/**
 * Takes the fields of one message and notes every one that is missing or of another type. A refused field
 * answers with a stand-in of its type, so the caller looks at `problems` before it uses anything.
 */
export class Fields {
  readonly problems: string[] = [];
  readonly #message: ValueMap;

  constructor(message: ValueMap) {
    this.#message = message;
  }

  text(name: string): string {
    const value = this.#message.get(name);
    return typeof value === "string" ? value : this.refuse(name, "text", value, "");
  }

  /** Text that is part of a record's identity, so that it can't be empty. */
  key(name: string): string {
    const value = this.#message.get(name);
    return typeof value === "string" && value !== "" ? value : this.refuse(name, "text that is not empty", value, "");
  }

  textOrNull(name: string): string | null {
    const value = this.#message.get(name);
    return value === null || typeof value === "string" ? value : this.refuse(name, "text or null", value, null);
  }

  optionalTextOrNull(name: string): string | null | undefined {
    return this.#message.has(name) ? this.textOrNull(name) : undefined;
  }

  oneOf<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const value = this.#message.get(name);
    return choices.find((choice) => choice === value) ?? this.refuse(name, choices.join(", "), value, choices[0]);
  }

  finiteNumber(name: string): ExactNumber {
    const value = this.#message.get(name);
    if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) return value;
    return this.refuse(name, "a finite number", value, 0n);
  }

  optionalNumberOrNull(name: string): ExactNumber | null | undefined {
    const value = this.#message.get(name);
    return value === undefined || value === null ? value : this.finiteNumber(name);
  }

  mapOrNull(name: string): ValueMap | null {
    const value = this.#message.get(name);
    return value === null || isValueMap(value) ? value : this.refuse(name, "a map or null", value, null);
  }

  optionalMapOrNull(name: string): ValueMap | null | undefined {
    return this.#message.has(name) ? this.mapOrNull(name) : undefined;
  }

  /** The time in UTC; the text as it was sent is `text(name)`. */
  time(name: string): string {
    const value = this.#message.get(name);
    const time = typeof value === "string" ? parseTimestamp(value) : undefined;
    return time ?? this.refuse(name, "a time such as 2022-09-30T12:00:00.123456", value, "");
  }

  /** Notes the problem and gives back the stand-in. */
  refuse<T>(name: string, expected: string, value: Value | undefined, standIn: T): T {
    this.problems.push(
      value === undefined
        ? `${name} is missing`
        : `${name}: expected ${expected}, got ${shortExactJson(value, MAX_SHOWN)}`,
    );
    return standIn;
  }
}
