import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader } from "../../../lib/listener/tcp/frame-reader.ts";
import { encodeFrame, frameHeader } from "../../../lib/wire/frame.ts";
import { capturedStream } from "../genuine.ts";

const LIMIT = 20_000;

/** Everything the reader says about a stream cut at the given places. */
function read(stream: Uint8Array, cuts: readonly number[] = [], reader = new FrameReader(LIMIT)): unknown[] {
  const said: unknown[] = [];
  const places = [...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
  let from = 0;
  for (const to of places) {
    reader.write(stream.subarray(from, to));
    from = to;
    for (let step = reader.next(); step !== undefined; step = reader.next()) {
      said.push(step.ok ? Buffer.from(step.value) : step);
    }
  }
  return said;
}

function filled(length: number, byte = length % 251): Buffer {
  return Buffer.alloc(length, byte);
}

describe("FrameReader", () => {
  it("gives the same frames however the stream is chunked", () => {
    const frame = fc.uint8Array({ minLength: 1, maxLength: 10_000, size: "max" });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(60_000), { maxLength: 60 }), (frames, cuts) => {
        const stream = Buffer.concat(frames.map(encodeFrame));
        const found = read(stream, cuts).filter(Buffer.isBuffer);
        expect(found.map(({ length }) => length)).toStrictEqual(frames.map(({ length }) => length));
        expect(Buffer.concat(found.map(encodeFrame)).equals(stream)).toBe(true);
      }),
    );
  });

  it("gives the same answers for any bytes at all, however they are chunked", () => {
    const header = fc.constantFrom(
      frameHeader(0),
      frameHeader(3),
      frameHeader(LIMIT),
      frameHeader(LIMIT + 1),
      frameHeader(2n ** 63n),
    );
    const part = fc.oneof(
      header,
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map(encodeFrame),
    );
    fc.assert(
      fc.property(fc.array(part), fc.array(fc.nat(400)), (parts, cuts) => {
        const stream = Buffer.concat(parts);
        expect(read(stream, cuts)).toStrictEqual(read(stream));
      }),
    );
  });

  it("finds the 40 frames of a captured stream one byte at a time and all at once", () => {
    const atOnce = read(capturedStream);
    const everywhere = Array.from(capturedStream, (_, index) => index);
    expect(atOnce).toHaveLength(40);
    expect(Buffer.concat(atOnce.filter(Buffer.isBuffer).map(encodeFrame)).equals(capturedStream)).toBe(true);
    expect(read(capturedStream, everywhere)).toStrictEqual(atOnce);
  });

  it("takes a frame of exactly the limit", () => {
    expect(read(encodeFrame(filled(LIMIT)))).toStrictEqual([filled(LIMIT)]);
  });

  it.each([
    [0n, { ok: false, reason: "undecodable", detail: "a frame of 0 bytes" }],
    [20_001n, { ok: false, reason: "too-large", detail: "a frame of 20001 bytes; the limit is 20000" }],
    [
      // 5 in big-endian: a publisher that does not speak this protocol.
      5n << 56n,
      {
        ok: false,
        reason: "too-large",
        detail:
          "a frame of 360287970189639680 bytes; the limit is 20000, and so no frame: another protocol, such as HTTP or TLS, or a length with its bytes in the wrong order",
      },
    ],
    [
      2n ** 64n - 1n,
      {
        ok: false,
        reason: "too-large",
        detail:
          "a frame of 18446744073709551615 bytes; the limit is 20000, and so no frame: another protocol, such as HTTP or TLS, or a length with its bytes in the wrong order",
      },
    ],
  ])("refuses a length of %s, and gives nothing after it", (length, rejection) => {
    const stream = Buffer.concat([encodeFrame(filled(3)), frameHeader(length), encodeFrame(filled(4))]);
    const reader = new FrameReader(LIMIT);
    expect(read(stream, [], reader)).toStrictEqual([filled(3), rejection]);
    expect(read(encodeFrame(filled(5)), [], reader)).toStrictEqual([]);
    expect(reader.bufferedBytes).toBe(0);
  });

  it("is inside a frame from the first byte of its length to its last", () => {
    const stream = encodeFrame(filled(2));
    const reader = new FrameReader(LIMIT);
    const inside = Array.from(stream, (byte) => {
      read(Buffer.of(byte), [], reader);
      return reader.insideFrame;
    });
    expect(inside).toStrictEqual([...Array(9).fill(true), false]);
  });

  it("does not take memory for a length before its bytes come", () => {
    const reader = new FrameReader(1_048_576);
    read(Buffer.concat([frameHeader(1_048_576), filled(10)]), [], reader);
    expect(reader.bufferedBytes).toBe(4_096);
  });

  it("never holds more than twice what has arrived, nor more than the frame", () => {
    const reader = new FrameReader(1_048_576);
    read(frameHeader(300_000), [], reader);
    for (let arrived = 1_000; arrived < 300_000; arrived += 1_000) {
      read(filled(1_000), [], reader);
      expect(reader.bufferedBytes).toBeLessThanOrEqual(Math.min(300_000, Math.max(4_096, 2 * arrived)));
    }
  });

  it("keeps no chunk alive for the little that was in it", () => {
    const reader = new FrameReader(LIMIT);
    read(Buffer.concat([encodeFrame(filled(10_000)), frameHeader(100), filled(1)]), [], reader);
    expect(reader.bufferedBytes).toBe(100);
  });

  it("holds the frames that the caller does not take, and takes more meanwhile", () => {
    const reader = new FrameReader(LIMIT);
    reader.write(Buffer.concat([encodeFrame(filled(1)), encodeFrame(filled(2))]));
    expect(reader.next()).toStrictEqual({ ok: true, value: filled(1) });
    reader.write(encodeFrame(filled(3)));
    expect(reader.bufferedBytes).toBe(10 + 11);
    expect(reader.next()).toStrictEqual({ ok: true, value: filled(2) });
    expect(reader.next()).toStrictEqual({ ok: true, value: filled(3) });
    expect(reader.next()).toBeUndefined();
  });

  it("copies a large frame that comes one byte at a time in linear time", () => {
    const bytes = 1_048_576;
    const reader = new FrameReader(bytes);
    const byte = Buffer.of(7);
    reader.write(frameHeader(bytes));
    const started = performance.now();
    let early = 0;
    for (let sent = 0; sent < bytes; sent++) {
      if (reader.next() !== undefined) early++;
      reader.write(byte);
    }
    const last = reader.next();
    expect(early).toBe(0);
    expect(last?.ok && Buffer.alloc(bytes, 7).equals(last.value)).toBe(true);
    // Quadratic copying would move half a terabyte.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
