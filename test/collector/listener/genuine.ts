import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeMsgpack } from "../../../lib/collector/decode/msgpack.ts";
import { encodeMsgpack } from "../../../lib/collector/encode/msgpack.ts";
import { createJudge } from "../../../lib/collector/judge.ts";
import { toMessage } from "../../../lib/collector/message.ts";
import type { Result } from "../../../lib/collector/outcome.ts";
import type { MeteringRecord } from "../../../lib/collector/sample.ts";
import { aSample, SECRET } from "../../support/sample-builder.ts";

const captured = createSecretKey(Buffer.from("change this for valid signing"));
const judgeMessage = createJudge({ secrets: [SECRET, captured], dialects: ["py3"], extraFields: [] });

/** The real way of one datagram: decode, verify, parse. */
export function judge(bytes: Uint8Array): Result<MeteringRecord> {
  const decoded = decodeMsgpack(bytes);
  return decoded.ok ? judgeMessage(decoded.value) : decoded;
}

/** A signed sample as it is on the wire, with a message id of its own. */
export function aDatagram(): Buffer {
  return encodeMsgpack(toMessage(aSample()));
}

export function framed(message: Uint8Array): Buffer {
  return Buffer.concat([lengthOf(message.length), message]);
}

export function aFrame(): Buffer {
  return framed(aDatagram());
}

export function lengthOf(bytes: number | bigint): Buffer {
  const header = Buffer.alloc(8);
  header.writeBigUInt64LE(BigInt(bytes));
  return header;
}

/** All that Ceilometer 20.0.0's TCP publisher sent over one connection: 40 frames. */
export const capturedStream = readFileSync(new URL("../../fixtures/tcp/stream_20.0.0.bin", import.meta.url));
