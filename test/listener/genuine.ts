import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createJudge, type Judge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { toMessage } from "../../lib/sample/message.ts";
import { encodeFrame } from "../../lib/wire/frame.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { legacyKey } from "../support/legacy-keys.ts";
import { aSample, SECRET } from "../support/sample-builder.ts";

const captured = createSecretKey(Buffer.from("change this for valid signing"));
const keys = fixedKeys([legacyKey("tests", SECRET), legacyKey("captures", captured)]);

/** The real way of one datagram or frame: decode, verify, parse. */
export const judge: Judge["bytes"] = createJudge({ keys, dialects: ["py3"], extraFields: [] }).bytes;

/** A signed sample as it is on the wire, with a message id of its own. */
export function aDatagram(): Buffer {
  return encodeMsgpack(toMessage(aSample()));
}

export function aFrame(): Buffer {
  return encodeFrame(aDatagram());
}

/** All that Ceilometer 20.0.0's TCP publisher sent over one connection: 40 frames. */
export const capturedStream = readFileSync(new URL("../fixtures/tcp/stream_20.0.0.bin", import.meta.url));
