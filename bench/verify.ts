import { createSecretKey } from "node:crypto";
import { createJudge } from "../lib/judge/judge.ts";
import { fixedKeys } from "../lib/keys/keyring.ts";
import type { Receipt } from "../lib/sample/receipt.ts";
import { isValueMap } from "../lib/sample/value.ts";
import { canonicalText } from "../lib/signature/legacy/canonical-text.ts";
import { digest } from "../lib/signature/legacy/sign.ts";
import { datagramLimits } from "../lib/wire/limits.ts";
import { decodeMsgpack } from "../lib/wire/msgpack-reader.ts";
import { capturedDatagrams, captureSecret } from "./captures.ts";
import { median } from "./median.ts";

/**
 * What one datagram costs from its bytes to a parsed sample, beside Node's own HMAC of its canonical text alone.
 * Both are measured in turn, round by round, so that the ratio holds on a noisy machine.
 */
const ROUNDS = 25;
const PASSES = 40;

const secret = createSecretKey(Buffer.from(captureSecret));
const datagrams = capturedDatagrams();
const judge = createJudge({
  keys: fixedKeys([{ id: "captures", scheme: "legacy", secret }]),
  dialects: ["py3", "kilo", "icehouse"],
  extraFields: [],
});
const receipt: Receipt = { listener: "udp", address: "127.0.0.1", receivedAt: Date.now() };
const maps = datagrams.map((bytes) => {
  const decoded = decodeMsgpack(bytes, datagramLimits);
  if (!decoded.ok || !isValueMap(decoded.value)) throw new Error("a capture does not decode");
  return decoded.value;
});
const texts = maps.map((map) => {
  const canonical = canonicalText(map, "py3");
  if (canonical.kind !== "text") throw new Error("a capture has no canonical text");
  return canonical.text;
});

const steps = {
  "HMAC alone": () => texts.forEach((text) => void digest(text, secret)),
  decode: () => datagrams.forEach((bytes) => void decodeMsgpack(bytes, datagramLimits)),
  "canonical text": () => maps.forEach((map) => void canonicalText(map, "py3")),
  "decode + verify + parse": () => datagrams.forEach(whole),
};

function whole(bytes: Buffer): void {
  for (const judged of judge.bytes(bytes, receipt)) {
    if (!judged.ok) throw new Error(`a capture is not genuine: ${judged.detail}`);
  }
}

const measured = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
for (let round = 0; round < ROUNDS + 3; round++) {
  for (const [name, step] of Object.entries(steps)) {
    const start = performance.now();
    for (let pass = 0; pass < PASSES; pass++) step();
    const micros = ((performance.now() - start) * 1_000) / (PASSES * datagrams.length);
    // The first rounds warm the compiler up.
    if (round >= 3) measured.get(name)?.push(micros);
  }
}

const floor = median(measured.get("HMAC alone") ?? []);
console.log(
  `${datagrams.length} captured datagrams, ${ROUNDS} rounds of ${PASSES} passes, Node ${process.versions.node}`,
);
console.log("µs a datagram (median)        of the HMAC alone");
for (const [name, figures] of measured) {
  console.log(
    `${name.padEnd(24)} ${median(figures).toFixed(2).padStart(6)} ${(median(figures) / floor).toFixed(2).padStart(12)} ×`,
  );
}
