import type { RejectionReason } from "../../../lib/sample/rejection.ts";
import type { Value } from "../../../lib/sample/value.ts";
import { type SealOptions, sealBody, sealEnvelope } from "../../../lib/signature/v2/seal-envelope.ts";
import { toExactJson } from "../../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../../lib/wire/msgpack-writer.ts";
import { RECEIVED_AT } from "../../support/v2-keys.ts";
import { type EnvelopeVector, goodKey, retiredKey } from "./vector.ts";
import { vectorMessages } from "./vector-messages.ts";

const MINUTE = 60_000;
const SIGNED: SealOptions = { keyId: goodKey.id, secret: goodKey.secret, sentAt: RECEIVED_AT - 1_234 };

// Written down, because two releases of zlib need not deflate alike.
const DEFLATED_SAMPLES = Buffer.from(
  "c58f310a023114442dbc8eb2c9aaa08d1ec27e09d98f46fd49487e162cad2dbdc1ae28bb8a606b65ef253c86a5a8b83710a79b8199e16dd63b6f8293501a0bda9390f3a3344113b8440b8442da5007b4b450c9806121486550e7412bcab53f7d7d661601e136bc37deda070f2e51e9b5b2cecc4052a2d2dcb28383cf75a2d22243569242f024d05e78c47bada8dfe26ccc3a03160fa2a8cd78dce9f6ce750981442a48acb653e329d7ac42f05e4c5e7339b25f723dfec7c57fc8356afe8f2b7e02",
  "hex",
);
/** 65,537 bytes of 0. */
const DEFLATED_ZEROS = Buffer.from(
  "edc101010000008220ffafae2140010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000c00d",
  "hex",
);

const sample = vectorMessages["one sample"];
const body = encodeMsgpack(sample);
const sealed = sealEnvelope(sample, SIGNED);

function good(name: string, messages: readonly Value[], envelope: Buffer, receivedAt = RECEIVED_AT): EnvelopeVector {
  return { name, receivedAt, hex: envelope.toString("hex"), messages: toExactJson(messages) };
}

function bad(name: string, reason: RejectionReason, envelope: Buffer, receivedAt = RECEIVED_AT): EnvelopeVector {
  return { name, receivedAt, hex: envelope.toString("hex"), reason };
}

/** An envelope with one byte of another value, its MAC left as it was. */
function changed(at: number, value: number): Buffer {
  const copy = Buffer.from(sealed);
  copy[at < 0 ? copy.length + at : at] = value;
  return copy;
}

/** Sealed with a key id of which nobody checked the form. */
function withKeyId(keyId: string): Buffer {
  return Buffer.concat([sealed.subarray(0, 6), Uint8Array.of(keyId.length), Buffer.from(keyId), sealed.subarray(12)]);
}

const retired = { keyId: retiredKey.id, secret: retiredKey.secret };

export const envelopeVectors: readonly EnvelopeVector[] = [
  ...Object.entries(vectorMessages).map(([name, messages]) => good(name, messages, sealEnvelope(messages, SIGNED))),
  good("deflated", vectorMessages["many samples"], sealBody(DEFLATED_SAMPLES, { ...SIGNED, deflate: true })),
  good("five minutes late", sample, sealed, SIGNED.sentAt + 5 * MINUTE),
  good("five minutes early", sample, sealed, SIGNED.sentAt - 5 * MINUTE),
  good("key retired afterwards", sample, sealEnvelope(sample, { ...SIGNED, ...retired }), RECEIVED_AT - 1),
  bad("key retired before", "refused-key", sealEnvelope(sample, { ...SIGNED, ...retired })),
  bad("late", "outside-window", sealed, SIGNED.sentAt + 5 * MINUTE + 1),
  bad("early", "outside-window", sealed, SIGNED.sentAt - 5 * MINUTE - 1),
  bad("largest time there is", "outside-window", sealBody(body, { ...SIGNED, sentAt: 2 ** 64 - 2_048 })),
  bad("unknown key", "unknown-key", sealEnvelope(sample, { ...SIGNED, keyId: "pub-8" })),
  bad("signed with another secret", "bad-signature", sealEnvelope(sample, { ...SIGNED, secret: retiredKey.secret })),
  bad("last byte of the MAC changed", "bad-signature", changed(-1, (sealed.at(-1) ?? 0) ^ 1)),
  bad("body changed", "bad-signature", changed(20, (sealed.at(20) ?? 0) ^ 1)),
  bad("time changed", "bad-signature", changed(19, (sealed.at(19) ?? 0) ^ 1)),
  bad("said to be deflated, not signed so", "bad-signature", changed(5, 1)),
  bad("MAC cut by one byte", "bad-signature", sealed.subarray(0, -1)),
  bad("a byte after the MAC", "bad-signature", Buffer.concat([sealed, Uint8Array.of(0)])),
  bad("no room for a MAC", "undecodable", sealed.subarray(0, 51)),
  bad("the magic alone", "undecodable", sealed.subarray(0, 4)),
  bad("another magic", "undecodable", changed(3, 0x48)),
  bad("version 1", "undecodable", changed(4, 1)),
  bad("version 3", "undecodable", changed(4, 3)),
  bad("unknown flag", "undecodable", changed(5, 2)),
  bad("empty key id", "undecodable", withKeyId("")),
  bad("key id with a dot", "undecodable", withKeyId("pub.7")),
  bad("key id of 65 characters", "undecodable", withKeyId("k".repeat(65))),
  bad("empty body", "undecodable", sealBody(Buffer.alloc(0), SIGNED)),
  bad("body is a map", "undecodable", sealBody(encodeMsgpack(new Map()), SIGNED)),
  bad("bytes after the list", "undecodable", sealBody(Buffer.concat([body, Uint8Array.of(0xc0)]), SIGNED)),
  bad("list of 10,001", "too-large", sealBody(Buffer.from("dc2711", "hex"), SIGNED)),
  bad("not deflated, but said to be", "undecodable", sealBody(body, { ...SIGNED, deflate: true })),
  bad("deflate stream cut", "undecodable", sealBody(DEFLATED_SAMPLES.subarray(0, -1), { ...SIGNED, deflate: true })),
  bad(
    "a byte after the deflate stream",
    "undecodable",
    sealBody(Buffer.concat([DEFLATED_SAMPLES, Uint8Array.of(0)]), { ...SIGNED, deflate: true }),
  ),
  bad("inflates to 65,537 bytes", "too-large", sealBody(DEFLATED_ZEROS, { ...SIGNED, deflate: true })),
];
