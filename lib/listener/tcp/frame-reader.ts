import { accept, type Result, reject } from "../../sample/rejection.ts";
import { FRAME_HEADER_BYTES, frameLength } from "../../wire/frame.ts";
import { ALWAYS_HELD_BYTES } from "./largest-holder.ts";

/** The first size of a frame's own buffer. It grows with what arrives: a length alone must not cost what it claims. */
const FIRST_BODY_BYTES = 4_096;
const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * Cuts a TCP stream into frames, however the stream was chunked.
 *
 * Give it a chunk with `write`, then take frames with `next` until there is none. A frame that lies in one chunk is
 * a view of it; any other is put together in a buffer of its own, so that no chunk is kept and no byte is copied
 * more than a few times. Not taking frames is how a caller says that it has no room.
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #header = new DataView(new ArrayBuffer(FRAME_HEADER_BYTES));
  #headerLength = 0;
  /** Of the frame now being read; undefined until its header is whole. */
  #frameLength: number | undefined;
  #body = EMPTY;
  #bodyLength = 0;
  #chunk = EMPTY;
  #position = 0;
  #broken = false;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** True from the first byte of a header to the last of its frame. */
  get insideFrame(): boolean {
    return this.#headerLength > 0;
  }

  /** Bytes of the frame now being read that have come. */
  get frameBytes(): number {
    return this.#bodyLength;
  }

  /** Memory held for bytes not yet given out. */
  get bufferedBytes(): number {
    return this.#body.length + this.#unread;
  }

  write(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#chunk = this.#unread === 0 ? chunk : Buffer.concat([this.#chunk.subarray(this.#position), chunk]);
    this.#position = 0;
  }

  /**
   * @returns the next frame; undefined if more bytes are needed; `too-large` or `undecodable` for a length that no
   * frame can have, after which nothing in the stream has a meaning and there is never another frame.
   */
  next(): Result<Uint8Array> | undefined {
    if (this.#broken || !this.#readHeader()) return this.#needMore();
    this.#frameLength ??= this.#lengthInHeader();
    const length = this.#frameLength;
    if (length === 0 || length > this.#maxFrameBytes) return this.#breakOff();
    if (this.#bodyLength === 0 && this.#unread >= length) return accept(this.#finish(this.#take(length)));
    this.#append(this.#take(Math.min(this.#unread, length - this.#bodyLength)), length);
    return this.#bodyLength < length ? this.#needMore() : accept(this.#finish(this.#body.subarray(0, length)));
  }

  get #unread(): number {
    return this.#chunk.length - this.#position;
  }

  #take(count: number): Uint8Array {
    const taken = this.#chunk.subarray(this.#position, this.#position + count);
    this.#position += count;
    return taken;
  }

  #readHeader(): boolean {
    for (const byte of this.#take(Math.min(this.#unread, FRAME_HEADER_BYTES - this.#headerLength))) {
      this.#header.setUint8(this.#headerLength++, byte);
    }
    return this.#headerLength === FRAME_HEADER_BYTES;
  }

  /** Above 2^53 no longer exact, which is far over any limit. */
  #lengthInHeader(): number {
    return Number(frameLength(this.#header));
  }

  /** Doubling keeps the copying linear even when bytes come one at a time. */
  #append(part: Uint8Array, frameLength: number): void {
    const needed = this.#bodyLength + part.length;
    if (needed > this.#body.length) {
      const most = needed <= ALWAYS_HELD_BYTES ? Math.min(frameLength, ALWAYS_HELD_BYTES) : frameLength;
      const size = Math.min(most, Math.max(FIRST_BODY_BYTES, needed, 2 * this.#body.length));
      const larger = new Uint8Array(size);
      larger.set(this.#body.subarray(0, this.#bodyLength));
      this.#body = larger;
    }
    this.#body.set(part, this.#bodyLength);
    this.#bodyLength = needed;
  }

  #finish(frame: Uint8Array): Uint8Array {
    this.#headerLength = 0;
    this.#frameLength = undefined;
    this.#body = EMPTY;
    this.#bodyLength = 0;
    return frame;
  }

  #needMore(): undefined {
    this.#chunk = EMPTY;
    this.#position = 0;
    return undefined;
  }

  #breakOff(): Result<Uint8Array> {
    const length = frameLength(this.#header);
    this.#broken = true;
    this.#needMore();
    return length === 0n
      ? reject("undecodable", "a frame of 0 bytes")
      : reject("too-large", `a frame of ${length} bytes; the limit is ${this.#maxFrameBytes}${otherProtocol(length)}`);
  }
}

/** Eight bytes of text, or of TLS, are a number that no sender can mean. */
const NOBODY_MEANS = 2n ** 40n;

function otherProtocol(length: bigint): string {
  return length < NOBODY_MEANS
    ? ""
    : ", and so no frame: another protocol, such as HTTP or TLS, or a length with its bytes in the wrong order";
}
