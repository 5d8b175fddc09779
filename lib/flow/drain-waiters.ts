/** Those who wait until nothing is held any more, each for so long. */
export class DrainWaiters {
  readonly #ends = new Set<(emptied: boolean) => void>();

  /** Somebody waits. */
  get wanted(): boolean {
    return this.#ends.size > 0;
  }

  /** @param tooLate called after so many milliseconds; it has to call `end`. @returns what `end` says */
  add(withinMs: number, tooLate: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(tooLate, withinMs);
      this.#ends.add((emptied) => {
        clearTimeout(timer);
        resolve(emptied);
      });
    });
  }

  /** Tells all who wait whether anything was left. */
  end(emptied: boolean): void {
    const ends = [...this.#ends];
    this.#ends.clear();
    for (const end of ends) end(emptied);
  }
}
