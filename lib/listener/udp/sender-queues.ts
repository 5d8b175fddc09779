import { Fifo } from "../../flow/fifo.ts";
import { senderName } from "./known-peers.ts";
import { heldBytesOf, type ReadDatagram } from "./read-datagram.ts";

interface SenderQueue {
  readonly name: string;
  readonly datagrams: Fifo<ReadDatagram>;
  bytes: number;
}

/** Datagrams in a queue for each sender, taken in turn: who sends much waits for itself, and for nobody else. */
export class SenderQueues {
  readonly #byName = new Map<string, SenderQueue>();
  /** Those with something in them, and those that were emptied by shedding since their last turn. */
  readonly #turns = new Fifo<SenderQueue>();
  #length = 0;
  #bytes = 0;

  get length(): number {
    return this.#length;
  }

  push(datagram: ReadDatagram): void {
    const name = senderName(datagram.peer);
    let queue = this.#byName.get(name);
    if (queue === undefined) {
      queue = { name, datagrams: new Fifo(), bytes: 0 };
      this.#byName.set(name, queue);
      this.#turns.push(queue);
    }
    queue.datagrams.push(datagram);
    this.#count(queue, heldBytesOf(datagram), 1);
  }

  /** The oldest of the sender whose turn it is. */
  shift(): ReadDatagram | undefined {
    for (let queue = this.#turns.shift(); queue !== undefined; queue = this.#turns.shift()) {
      const next = this.#take(queue);
      if (queue.datagrams.length > 0) this.#turns.push(queue);
      else this.#byName.delete(queue.name);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Gives up the oldest of this sender if it holds as much as the others on average, or else of who holds most. */
  shed(sender: string): ReadDatagram | undefined {
    const own = this.#byName.get(sender);
    const isLarge = own !== undefined && own.bytes * this.#byName.size >= this.#bytes;
    const queue = isLarge ? own : this.#largest();
    return queue && this.#take(queue);
  }

  #largest(): SenderQueue | undefined {
    let largest: SenderQueue | undefined;
    for (const queue of this.#byName.values()) if (queue.bytes > (largest?.bytes ?? 0)) largest = queue;
    return largest;
  }

  #take(queue: SenderQueue): ReadDatagram | undefined {
    const oldest = queue.datagrams.shift();
    if (oldest !== undefined) this.#count(queue, -heldBytesOf(oldest), -1);
    return oldest;
  }

  #count(queue: SenderQueue, bytes: number, datagrams: number): void {
    queue.bytes += bytes;
    this.#bytes += bytes;
    this.#length += datagrams;
  }
}
