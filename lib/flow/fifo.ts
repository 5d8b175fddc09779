/** Forgotten places at the front that are kept before the rest moves up. */
const LEAST_FORGOTTEN = 1_024;

/** First in, first out. Unlike an array's own `shift`, taking costs the same however long it is. */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get first(): Item | undefined {
    return this.#items[this.#head];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    // An item that was taken must not be kept alive by its place.
    this.#items[this.#head++] = undefined;
    if (this.#head >= LEAST_FORGOTTEN && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
