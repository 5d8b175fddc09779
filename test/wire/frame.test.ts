import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accept, reject } from "../../lib/sample/rejection.ts";
import { encodeFrame, frameHeader, frameLength, splitFrames } from "../../lib/wire/frame.ts";
import { messageLimits } from "../../lib/wire/limits.ts";

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

describe("a frame", () => {
  it("is a length of eight little-endian bytes and the message", () => {
    expect(encodeFrame(Buffer.from("abc"))).toEqual(Buffer.from("0300000000000000616263", "hex"));
  });

  it("has any length that eight bytes can say", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (length) => {
        expect(frameLength(viewOf(frameHeader(length)))).toBe(length);
      }),
    );
  });
});

describe("a stream of frames", () => {
  it("is split into what was put together, wherever it lies in memory", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(20), (messages, before) => {
        const stream = Buffer.concat([Buffer.alloc(before), ...messages.map(encodeFrame)]).subarray(before);
        expect(splitFrames(stream)).toEqual(messages.map((message) => accept(Buffer.from(message))));
      }),
    );
  });

  it.each([
    ["inside a length", Buffer.alloc(7), reject("undecodable", "the stream ends inside a frame's length")],
    [
      "inside a frame",
      Buffer.concat([frameHeader(2), Buffer.alloc(1)]),
      reject("undecodable", "the stream ends inside a frame"),
    ],
    [
      "after a length above the limit",
      frameHeader(messageLimits.maxBytes + 1),
      reject("too-large", `a frame of ${messageLimits.maxBytes + 1} bytes; the limit is ${messageLimits.maxBytes}`),
    ],
  ])("gives what is whole, and says that it ends %s", (_where, end, rejected) => {
    const whole = Buffer.from("whole");
    expect(splitFrames(Buffer.concat([encodeFrame(whole), end]))).toEqual([accept(whole), rejected]);
  });
});
