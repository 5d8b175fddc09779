/** More rows than an answer may have. */
export class TooManyRows extends RangeError {
  override readonly name = "TooManyRows";
}

/** Counts the rows of one answer while they are made, all of which are held until the last sample was read. */
export class RowLimit {
  readonly #most: number;
  #made = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Before a row is made. @throws TooManyRows */
  take(): void {
    this.#made += 1;
    if (this.#made > this.#most) throw new TooManyRows(`more than ${this.#most} rows`);
  }
}
