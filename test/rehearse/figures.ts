/** What was measured, for people; the last thing that a rehearsal prints before its result. */
export interface Figures {
  add(what: string, value: string, how: string): void;
  print(): void;
}

export function startFigures(): Figures {
  const rows: (readonly [what: string, value: string, how: string])[] = [];
  return {
    add: (...row) => void rows.push(row),
    print() {
      if (rows.length === 0) return;
      console.log("\n| figure | value | how it was measured |\n|---|---|---|");
      for (const row of rows) console.log(`| ${row.join(" | ")} |`);
      console.log("");
    },
  };
}

/** The median, with the extremes. */
export function milliseconds(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const [least = Number.NaN] = sorted;
  return `${middle.toFixed(0)} ms (${least.toFixed(0)} to ${(sorted.at(-1) ?? Number.NaN).toFixed(0)})`;
}

export function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
