/** The option of commands that hold rows of usage, for `parseOptions`. */
export const rowLimitOptions = { "max-rows": { type: "string" } } as const;

/**
 * A thousand resources by the hour for a month are 720,000 rows. A million take 0.9 GB, which is less than the heap that
 * Node has on a machine of 8 GB.
 */
const MOST_ROWS = 1_000_000;

export const rowLimitHelp = `  --max-rows N      at most so many rows, all of which are held in memory (default ${MOST_ROWS}, in some 0.9 GB); if there
                    are more, none is printed, and the exit code is 2`;

type Problem = { readonly problem: string };

/** @returns how many rows there may be */
export function parseRowLimit(text: string | undefined): number | Problem {
  if (text === undefined) return MOST_ROWS;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  return { problem: `--max-rows: expected a whole number above 0, got ${JSON.stringify(text)}` };
}

/** The words for what has more, and what to do. */
export function tooManyRows(most: number): string {
  return (
    `--max-rows: usage has more than ${most} rows, one for each group and period: take a longer --period, a shorter time, ` +
    `fewer fields in --by, or one --meter; or allow more, with 1 GB of memory for each million ` +
    `(NODE_OPTIONS=--max-old-space-size=MEGABYTES)`
  );
}
