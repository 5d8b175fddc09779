import type { Value, ValueMap } from "../sample/value.ts";

/** A memory of maps that stand under one name in maps which come again and again. */
export interface KnownValues<Source> {
  readonly name: string;
  /** How deep the map may stand that has it; 0 is the outermost. */
  readonly mostDepth: number;
  /**
   * Looks whether a known value stands at a place.
   *
   * @param map as far as it is read
   * @param start where the value of that name begins
   */
  find(map: ValueMap, source: Source, start: number): KnownValue | undefined;
  /** Told of a value that was not found, and has been read. */
  met(map: ValueMap, source: Source, start: number, end: number, value: Value): void;
}

export interface KnownValue {
  readonly value: ValueMap;
  /** Of what it was read from: bytes, or characters. */
  readonly length: number;
}
