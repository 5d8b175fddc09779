/** Rows held at a time while partitions are merged, if each holds one page. */
const ROWS_IN_MEMORY = 10_000;
const SMALLEST_PAGE = 10;
const LARGEST_PAGE = 200;

/** How many rows to ask each of so many lists for at a time. */
export function pageSizeFor(lists: number, limit = LARGEST_PAGE): number {
  const share = Math.floor(ROWS_IN_MEMORY / Math.max(1, lists));
  // One more than asked for shows that the last instant is whole.
  return Math.min(limit + 1, LARGEST_PAGE, Math.max(share, SMALLEST_PAGE));
}
