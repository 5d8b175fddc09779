import type { Io } from "../command/io.ts";
import { type Column, csvHeader, csvRecord } from "./column.ts";
import { createExportProgress, type ExportProgress } from "./progress.ts";

export const formats = ["csv", "jsonl"] as const;
export type Format = (typeof formats)[number];

/** How rows are written. */
interface Written<Row> {
  readonly format: Format;
  readonly columns: readonly Column<Row>[];
  readonly toJson: (row: Row) => string;
}

/** One row after the other, no faster than they are taken. */
export async function writeRows<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  { format, columns, toJson }: Written<Row>,
  io: Io,
  progress: ExportProgress,
): Promise<void> {
  if (format === "csv") io.out(csvHeader(columns), "\r\n");
  for await (const row of rows) {
    if (format === "csv") io.out(csvRecord(columns, row), "\r\n");
    else io.out(toJson(row));
    progress.wrote();
    await io.drained();
  }
}

/** Shows how far it is, and leaves nothing of that behind. */
export async function progressing(io: Io, work: (progress: ExportProgress) => Promise<void>): Promise<void> {
  const progress = createExportProgress(io);
  try {
    await work(progress);
  } finally {
    progress.clear();
  }
}
