import { parse } from "node:path";

/** The place of a file beside a log, by its name. */
export type RotatedName =
  | {
      readonly isRead: true;
      readonly gzip: boolean;
      /** Of what was compressed; the name itself where nothing is. */
      readonly plainName: string;
      /** Greater is newer. */
      readonly age: readonly [group: number, number: number, text: string];
    }
  | { readonly isRead: false; readonly why: string };

/** As this driver and logrotate number full files: 1 is the newest. */
const NUMBERED = /^\.(?<number>\d{1,5})$/;
/** logrotate's `dateext`, whatever its `dateformat` puts between digits. With fewer than six it may be another log's name. */
const DATED = /^[-._](?=(?:\D*\d){6})[\dT:Z_.+-]+$/;
const COMPRESSED = /\.(?:gz|zst|zstd|xz|bz2|lz4|lzma|br|zip|z|7z)$/i;
/** Not ours and not logrotate's, but somebody's copy of the log all the same. */
const KEPT = /^(?:\.(?:old|bak|orig|save)|~)$/;
/** Begins as a number or a date does. */
const LIKE_ROTATED = /^(?:\.\d+[.~-]|[-._](?:\D*\d){6})/;

const SETTLEMENTS = ".settlements";

/** @returns undefined for a file that is nothing of the log's */
export function rotatedName(log: string, name: string): RotatedName | undefined {
  if (name === log || name === log + SETTLEMENTS) return undefined;
  const tail = tailOf(log, name);
  if (tail === undefined) return undefined;
  if (tail.startsWith(`${SETTLEMENTS}.`) || tail.startsWith(`${SETTLEMENTS}-`)) {
    return { isRead: false, why: `settlements are read from ${log}${SETTLEMENTS} alone: put its lines there` };
  }
  const compressed = COMPRESSED.exec(tail)?.[0] ?? "";
  const mark = tail.slice(0, tail.length - compressed.length);
  const age = ageOf(mark);
  if (age === undefined) {
    const isLike = KEPT.test(mark) || LIKE_ROTATED.test(mark);
    return isLike ? { isRead: false, why: "it is named like a copy of the log, but as none that is read" } : undefined;
  }
  if (compressed !== "" && compressed !== ".gz") {
    return { isRead: false, why: `of what is compressed, only .gz is read: decompress it, or use gzip` };
  }
  const plainName = name.slice(0, name.length - compressed.length);
  return { isRead: true, gzip: compressed !== "", plainName, age };
}

/** The part put behind the log's name; or, by logrotate's `extension`, in front of its extension. */
function tailOf(log: string, name: string): string | undefined {
  if (name.startsWith(log)) return name.slice(log.length);
  const { name: stem, ext } = parse(log);
  if (ext === "" || !name.startsWith(stem)) return undefined;
  const rest = name.slice(stem.length);
  const end = rest.indexOf(ext, 1);
  if (end === -1) return undefined;
  const mark = rest.slice(0, end);
  return NUMBERED.test(mark) || LIKE_ROTATED.test(mark) ? mark + rest.slice(end + ext.length) : undefined;
}

/** Dates in front of numbers: whoever changed from one to the other most often changed to numbers of ours. */
function ageOf(mark: string): readonly [number, number, string] | undefined {
  const number = NUMBERED.exec(mark)?.groups?.number;
  if (number !== undefined) return [2, -Number(number), mark];
  if (DATED.test(mark)) return [1, 0, mark];
  return mark === "" ? [0, 0, mark] : undefined;
}
