import type { RejectionReason } from "../sample/rejection.ts";

/** A place in bytes that are read, and what was wrong there: then its methods answer `undefined` or false. */
export class MsgpackCursor {
  position = 0;
  problem = "";
  reason: RejectionReason = "undecodable";
  protected readonly bytes: Buffer;
  readonly #maxStringLength: number;

  constructor(bytes: Uint8Array, maxStringLength: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxStringLength = maxStringLength;
  }

  /** Reads a big-endian number of 1, 2 or 4 bytes (`width` 0, 1, 2); undefined where the bytes end. */
  protected length(width: number): number | undefined {
    const size = 1 << width;
    if (!this.has(size)) return undefined;
    let length = 0;
    for (let end = this.position + size; this.position < end; this.position++) {
      length = length * 256 + (this.bytes[this.position] as number);
    }
    return length;
  }

  /** Whether a string of so many bytes is within the limit, and all there. */
  protected holds(length: number): boolean {
    if (length > this.#maxStringLength) {
      this.reason = "too-large";
      this.fail(`a string of ${length} bytes; the limit is ${this.#maxStringLength}`);
      return false;
    }
    return this.has(length);
  }

  protected has(length: number): boolean {
    if (this.bytes.length - this.position >= length) return true;
    this.fail("ends too early");
    return false;
  }

  /** @returns where it was */
  protected skip(length: number): number {
    const start = this.position;
    this.position += length;
    return start;
  }

  protected fail(problem: string): undefined {
    this.problem = problem;
    return undefined;
  }
}
