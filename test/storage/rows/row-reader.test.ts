import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sample } from "../../../lib/sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../../../lib/sample/value.ts";
import { fromRow, rowReader, toRow } from "../../../lib/storage/rows/record-row.ts";
import { samples } from "../../support/record-arbitrary.ts";
import { aSample } from "../../support/sample-builder.ts";
import { exactly } from "../reading.ts";

const metadata: ValueMap = new Map<string, Value>([
  ["flavor", new Map<string, Value>([["vcpus", 2n]])],
  ["ratio", 2.0],
]);
const text = '{"flavor":{"vcpus":2},"ratio":2.0}';

function read(line: string, readRow: typeof fromRow): Sample {
  const result = readRow(line);
  if (!result.ok || result.value.kind !== "sample") throw new Error("no sample");
  return result.value;
}

/** What comes of a line, also where a later release seems to have written it. */
function outcome(line: string, readRow: typeof fromRow): unknown {
  try {
    const result = readRow(line, "the row");
    return result.ok ? exactly(result.value) : result;
  } catch (error) {
    return String(error);
  }
}

describe("a reader of many rows", () => {
  it("holds metadata once that stands in many of them", () => {
    const readRow = rowReader();
    const rows = Array.from({ length: 3 }, () => toRow(aSample({ resource_metadata: metadata })));
    const [first, ...others] = rows.map((row) => read(row, readRow).resource_metadata);
    expect(first).toEqual(metadata);
    for (const other of others) expect(other).toBe(first);
  });

  it("takes for known what has the same text alone", () => {
    const readRow = rowReader();
    const row = toRow(aSample({ resource_metadata: metadata }));
    expect(read(row, readRow).resource_metadata).toEqual(metadata);
    expect(read(row.replace('"ratio":2.0', '"ratio":2'), readRow).resource_metadata).toEqual(
      new Map([...metadata, ["ratio", 2n]]),
    );
  });

  it("finds it also where spaces stand around it, or another name behind it", () => {
    const readRow = rowReader();
    const row = toRow(aSample({ resource_metadata: metadata }));
    const known = read(row, readRow).resource_metadata;
    expect(read(row.replace(text, `  ${text}`), readRow).resource_metadata).toBe(known);
    expect(read(row.replace(text, `${text},"region":"eu-1"`), readRow)).toMatchObject({
      resource_metadata: metadata,
      extra: new Map([["region", "eu-1"]]),
    });
  });

  it("looks for it at the top of a row, and nowhere else", () => {
    const inside = new Map<string, Value>([
      ["resource_metadata", metadata],
      ["message_id", "m"],
    ]);
    const sample = aSample({ resource_metadata: metadata, extra: new Map([["a", inside]]) });
    const readRow = rowReader();
    const [first, second] = [read(toRow(sample), readRow), read(toRow(sample), readRow)];
    expect([first, second]).toEqual([sample, sample]);
    const insideOf = ({ extra }: Sample) => {
      const a = extra.get("a");
      return isValueMap(a) ? a.get("resource_metadata") : undefined;
    };
    expect(insideOf(second)).not.toBe(insideOf(first));
  });

  it("forgets what it knows once it is too much to hold", () => {
    const readRow = rowReader();
    const long = "x".repeat(1_000_000);
    const row = (id: number) => toRow(aSample({ resource_metadata: new Map([["id", `${id}${long}`]]) }));
    const first = read(row(0), readRow).resource_metadata;
    expect(read(row(0), readRow).resource_metadata).toBe(first);
    for (let id = 1; id < 17; id++) read(row(id), readRow);
    expect(read(row(0), readRow).resource_metadata).not.toBe(first);
  });

  it("reads any lines as one row alone is read, cut, patched or damaged ones too", () => {
    const damaged = (row: string, from: number, to: number, put: string) => row.slice(0, from) + put + row.slice(to);
    const place = fc.nat(2_000);
    const put = fc.constantFrom("", "{", "}", '"', ",", "\\", "0", '"},"message_id":', `"resource_metadata":${text},`);
    const lines = fc
      .tuple(fc.array(samples(), { minLength: 1, maxLength: 3 }), fc.array(fc.tuple(fc.nat(2), place, place, put)))
      .map(([records, damages]) => {
        const rows = [...records, aSample({ resource_metadata: metadata })].map((record) => toRow(record));
        const patched = damages.map(([index, from, to, what]) => {
          const row = rows[index] ?? rows[0] ?? "";
          return damaged(row, Math.min(from, to) % row.length, Math.max(from, to) % row.length, what);
        });
        return [...rows, ...patched, ...rows];
      });
    fc.assert(
      fc.property(lines, (all) => {
        const readRow = rowReader();
        expect(all.map((line) => outcome(line, readRow))).toEqual(all.map((line) => outcome(line, fromRow)));
      }),
      { numRuns: 100 },
    );
  });
});
