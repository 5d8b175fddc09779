import { describe, expect, it } from "vitest";
import { bytesKey, type Value } from "../../lib/sample/value.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { captureJudge } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";
import { plainSample, signedMessage } from "../support/messages.ts";

const judge = judging(captureJudge());

function judgeDatagram(bytes: Uint8Array) {
  const decoded = decodeMsgpack(bytes);
  return decoded.ok ? judge(decoded.value) : decoded;
}

/** What killed or passed the original, row by row of its specification, and what it is here. */
describe("a bad datagram", () => {
  const good = plainSample;
  const nested = (depth: number): Value => (depth === 0 ? new Map() : new Map([["a", nested(depth - 1)]]));
  const withSignature = (signature: Value): Value =>
    new Map([...signedMessage(good), ["message_signature", signature]]);

  it.each<[string, Uint8Array, string]>([
    ["empty", Buffer.alloc(0), "undecodable"],
    ["of the reserved byte", Buffer.of(0xc1), "undecodable"],
    ["that is cut off", encodeMsgpack(signedMessage(good)).subarray(0, 100), "undecodable"],
    ["with a trailing byte", Buffer.concat([encodeMsgpack(signedMessage(good)), Buffer.of(0)]), "undecodable"],
    ["with text that is not UTF-8", Buffer.from("81a161a1ff", "hex"), "undecodable"],
    ["nested too deep", encodeMsgpack(nested(1_100)), "too-large"],
    ["nested as deep as the original's stack could not take", encodeMsgpack(nested(990)), "too-large"],
    ["without a signature", encodeMsgpack(new Map(Object.entries(good))), "unsigned"],
    [
      "with a wrong signature",
      encodeMsgpack(new Map([...signedMessage(good), ["counter_volume", 1n] as const])),
      "bad-signature",
    ],
    ["signed, without a meter", encodeMsgpack(signedMessage({ ...good, counter_name: undefined })), "invalid-sample"],
    ["that is a list", encodeMsgpack([signedMessage(good)]), "not-a-sample"],
    ["that is a number, the single byte 0x07", Buffer.of(7), "not-a-sample"],
    ["that is nil", Buffer.of(0xc0), "not-a-sample"],
    ["that is text", encodeMsgpack("hello"), "not-a-sample"],
    ["with a number for a signature", encodeMsgpack(withSignature(7n)), "bad-signature"],
    ["with nil for a signature", encodeMsgpack(withSignature(null)), "unsigned"],
    ["with a list for a signature", encodeMsgpack(withSignature(["x"])), "bad-signature"],
    ["with a map for a signature", encodeMsgpack(withSignature(new Map([["x", 1n]]))), "bad-signature"],
    ["with a signature beyond ASCII", encodeMsgpack(withSignature("é".repeat(64))), "bad-signature"],
    [
      "with its signature in capitals",
      encodeMsgpack(withSignature(String(signedMessage(good).get("message_signature")).toUpperCase())),
      "bad-signature",
    ],
    [
      "with its signature and a line feed",
      encodeMsgpack(withSignature(`${signedMessage(good).get("message_signature")}\n`)),
      "bad-signature",
    ],
    ["with names of two types", Buffer.from("82a16101c4016202", "hex"), "unsigned"],
    ["with names that are numbers", Buffer.from("8201a16102a162", "hex"), "undecodable"],
    [
      "with bytes in a list that are not UTF-8",
      encodeMsgpack(
        new Map<string, Value>([
          ...Object.entries(good),
          ["resource_metadata", new Map([["l", [Uint8Array.of(0xff)]]])],
          ["message_signature", "0".repeat(64)],
        ]),
      ),
      "bad-signature",
    ],
  ])("%s is rejected with its reason, and the next good one is recorded", (_what, bytes, reason) => {
    expect(judgeDatagram(bytes)).toMatchObject({ ok: false, reason });
    expect(judgeDatagram(encodeMsgpack(signedMessage(good))).ok).toBe(true);
  });

  it("with a signed map of mixed names in its metadata can't have been signed by Python 3, and does not verify", () => {
    const mixed = new Map<string, Value>([
      ["a", 1n],
      [bytesKey(Buffer.of(0xff)), 2n],
    ]);
    const message = new Map<string, Value>([
      ...Object.entries(good),
      ["resource_metadata", mixed],
      ["message_signature", "0".repeat(64)],
    ]);
    expect(judge(message)).toMatchObject({ ok: false, reason: "bad-signature" });
  });

  it("whose text to sign would be a thousand times its size is refused before it is signed", () => {
    const leaves = new Map(Array.from({ length: 2_000 }, (_, index) => [`k${index}`, 1n] as const));
    const message = new Map<string, Value>([
      ["x".repeat(30_000), leaves],
      ["message_signature", "0".repeat(64)],
    ]);
    expect(judge(message)).toEqual({ ok: false, reason: "too-large", detail: "the text to sign is too long" });
  });
});
