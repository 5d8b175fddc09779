import { createSecretKey, randomUUID } from "node:crypto";
import { createJudge, type Judge } from "../lib/judge/judge.ts";
import { fixedKeys } from "../lib/keys/keyring.ts";
import type { Receipt } from "../lib/sample/receipt.ts";
import type { Dialect, MeteringRecord } from "../lib/sample/sample.ts";
import { isValueMap, type ValueMap } from "../lib/sample/value.ts";
import { sign } from "../lib/signature/legacy/sign.ts";
import { datagramLimits } from "../lib/wire/limits.ts";
import { decodeMsgpack } from "../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../lib/wire/msgpack-writer.ts";
import { capturedDatagrams, captureSecret } from "./captures.ts";

export const captureKey = createSecretKey(Buffer.from(captureSecret));

/** What the captures are made of, decoded. */
export function capturedMaps(): readonly ValueMap[] {
  return capturedDatagrams().map((bytes) => {
    const decoded = decodeMsgpack(bytes, datagramLimits);
    if (!decoded.ok || !isValueMap(decoded.value)) throw new Error("a capture does not decode");
    return decoded.value;
  });
}

export function captureJudge(): Judge {
  return createJudge({
    keys: fixedKeys([{ id: "captures", scheme: "legacy", secret: captureKey }]),
    dialects: ["py3", "kilo", "icehouse"],
    extraFields: [],
  });
}

/** Datagrams as of further polls of the captured resources: each with a message id and a time of its own. */
export function freshDatagrams(
  captures: readonly ValueMap[],
  count: number,
  from: number,
  dialect: Dialect = "py3",
): readonly Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const capture = captures[index % captures.length] ?? new Map();
    const message = new Map(capture);
    message.set("message_id", randomUUID());
    message.set("timestamp", new Date(from + index).toISOString().replace("Z", "000"));
    message.set("message_signature", sign(message, captureKey, dialect) ?? "");
    return Buffer.from(encodeMsgpack(message));
  });
}

/** The records in them. */
export function judged(judge: Judge, datagrams: readonly Buffer[]): readonly MeteringRecord[] {
  const receipt: Receipt = { listener: "udp", address: "127.0.0.1", receivedAt: Date.now() };
  return datagrams.flatMap((bytes) =>
    judge.bytes(bytes, receipt).map((one) => {
      if (!one.ok) throw new Error(`a capture is not genuine: ${one.detail}`);
      return one.value.record;
    }),
  );
}
