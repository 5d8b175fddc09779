export interface TimeShareOptions {
  /** The part of all time that falls to it. */
  readonly share: number;
  /** The most that it may save up for later, and the most that spare time may cost it; in milliseconds. */
  readonly most: number;
  /** The balance at the start. @default 0 */
  readonly balance?: number;
}

/** A claim to a part of the time, kept by what was really spent. Milliseconds throughout. */
export class TimeShare {
  readonly #share: number;
  readonly #most: number;
  #balance: number;

  constructor({ share, most, balance = 0 }: TimeShareOptions) {
    this.#share = share;
    this.#most = most;
    this.#balance = balance;
  }

  /** It has had less than its share. */
  get isDue(): boolean {
    return this.#balance > 0;
  }

  /** Time has gone by, whoever it was spent on. */
  pass(milliseconds: number): void {
    this.earn(this.#share * milliseconds);
  }

  earn(milliseconds: number): void {
    this.#balance = Math.min(this.#most, this.#balance + milliseconds);
  }

  /** Time that somebody else wanted as well: all of it counts, however long it was. */
  spend(milliseconds: number): void {
    this.#balance -= milliseconds;
  }

  /** Time that nobody else wanted. It counts, but is not held against the share for long. */
  spendSpare(milliseconds: number): void {
    this.#balance = Math.max(this.#balance - milliseconds, Math.min(this.#balance, -this.#most));
  }
}
