import type { MeteringRecord } from "../../sample/sample.ts";
import type { OnUnreadable } from "../unreadable.ts";
import { fromRow } from "./record-row.ts";

/** The end of a stream that is damaged there: thrown by the chunks of `recordsIn`, whose lines up to then are read. */
export class CutShort extends Error {}

/**
 * The records of a JSON-lines file, in the order in which they were written. A line that is none (a batch whose
 * writing was cut off, say) is skipped and told to `onUnreadable`.
 *
 * @param name for messages: the file or object that the chunks are from
 */
export async function* recordsIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  onUnreadable?: OnUnreadable,
): AsyncGenerator<MeteringRecord> {
  let number = 0;
  try {
    for await (const line of linesIn(chunks)) {
      number++;
      if (line === "") continue;
      const place = `${name}:${number}`;
      const record = fromRow(line, place);
      if (record.ok) yield record.value;
      else onUnreadable?.(place, record.detail, { name, of: "lines" });
    }
  } catch (error) {
    if (!(error instanceof CutShort)) throw error;
    onUnreadable?.(name, `all that follows line ${number}: ${error.message}`, { name, of: "whole" });
  }
}

const LINE_FEED = 0x0a;

/** Unlike node:readline, which also cuts at U+2028 and carriage returns, cuts at line feeds alone. */
export async function* linesIn(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      begun.push(chunk.subarray(start, end));
      yield Buffer.concat(begun).toString("utf8");
      begun = [];
      start = end + 1;
    }
    begun.push(chunk.subarray(start));
  }
  yield Buffer.concat(begun).toString("utf8");
}
