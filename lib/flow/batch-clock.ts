/**
 * When whoever sends in batches looks at what waits: soon after something came, and once the oldest has waited for company
 * long enough. Times are those of `performance.now()`, in milliseconds.
 */
export class BatchClock {
  readonly #lingerMs: number;
  readonly #move: () => void;
  #soon: NodeJS.Immediate | undefined;
  #linger: NodeJS.Timeout | undefined;

  /**
   * @param lingerMs how long the first of a batch waits for company
   * @param move sends what is due
   */
  constructor(lingerMs: number, move: () => void) {
    this.#lingerMs = lingerMs;
    this.#move = move;
  }

  /** Moves in another turn of the loop, once however often asked: such work has no place in a socket's callback. */
  moveSoon(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined;
      this.#move();
    });
  }

  /** Moves when what came at `since` will have lingered, unless it is to move earlier already. */
  moveOnceLingered(since: number): void {
    this.#linger ??= setTimeout(
      () => {
        this.#linger = undefined;
        this.#move();
      },
      since + this.#lingerMs - performance.now(),
    );
  }

  /** Whether what came at `since` has waited for company long enough. */
  hasLingered(since: number): boolean {
    return performance.now() - since >= this.#lingerMs;
  }
}
