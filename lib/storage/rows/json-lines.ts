import { reject } from "../../sample/rejection.ts";
import type { MeteringRecord } from "../../sample/sample.ts";
import type { OnUnreadable } from "../unreadable.ts";
import type { ReadRow } from "./record-row.ts";

/** The end of a stream that is damaged there: thrown by the chunks of `recordsIn`, whose lines up to then are read. */
export class CutShort extends Error {}

/** The bytes of the line that was read last. */
export interface LinePlace {
  begin: number;
  /** Behind its line feed, which the last line may lack. */
  end: number;
}

/**
 * The records of a JSON-lines file, in the order in which they were written. A line that is none (a batch whose
 * writing was cut off, say) is skipped and told to `onUnreadable`.
 *
 * @param name for messages: the file or object that the chunks are from
 * @param readRow one for all files and objects of a reading, as the same metadata stands in many
 * @param place moves along with the lines
 */
export async function* recordsIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  readRow: ReadRow,
  onUnreadable?: OnUnreadable,
  place?: LinePlace,
): AsyncGenerator<MeteringRecord> {
  let number = 0;
  try {
    for await (const line of linesIn(chunks, place)) {
      number++;
      if (line === "") continue;
      const at = `${name}:${number}`;
      const record = line === TOO_LONG ? tooLong : readRow(line, at);
      if (record.ok) yield record.value;
      else onUnreadable?.(at, record.detail, { name, of: "lines" });
    }
  } catch (error) {
    if (!(error instanceof CutShort)) throw error;
    onUnreadable?.(name, `${number === 0 ? "all of it" : `all that follows line ${number}`}: ${error.message}`, {
      name,
      of: "whole",
    });
  }
}

const LINE_FEED = 0x0a;

/**
 * Bytes of a line. A message has at most 1 MiB, of which a row's JSON makes six times as much at most; a disk's zeros,
 * or a megabyte of gzip, can be a line of any length.
 */
const LONGEST_LINE = 16 * 1024 * 1024;

/** In place of a line that is longer. */
export const TOO_LONG = Symbol("a line that is too long");
const tooLong = reject("too-large", `a line of more than ${LONGEST_LINE} bytes`);

/** Unlike node:readline, which also cuts at U+2028 and carriage returns, cuts at line feeds alone. */
export async function* linesIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  place: LinePlace = { begin: 0, end: 0 },
): AsyncGenerator<string | typeof TOO_LONG> {
  let begun: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > LONGEST_LINE) begun = [];
    else begun.push(part);
  };
  const line = () => {
    const whole = length > LONGEST_LINE ? TOO_LONG : Buffer.concat(begun).toString("utf8");
    place.begin = place.end;
    place.end += length + 1;
    [begun, length] = [[], 0];
    return whole;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  yield line();
}
