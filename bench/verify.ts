import { createSecretKey } from "node:crypto";
import { createJudge } from "../lib/judge/judge.ts";
import { fixedKeys } from "../lib/keys/keyring.ts";
import type { Genuine } from "../lib/sample/genuine.ts";
import type { Receipt } from "../lib/sample/receipt.ts";
import type { Result as Judged } from "../lib/sample/rejection.ts";
import type { Dialect } from "../lib/sample/sample.ts";
import type { ValueMap } from "../lib/sample/value.ts";
import { canonicalText } from "../lib/signature/legacy/canonical-text.ts";
import { digest } from "../lib/signature/legacy/sign.ts";
import { sealEnvelope } from "../lib/signature/v2/seal-envelope.ts";
import { toExactJson } from "../lib/wire/exact-json.ts";
import { KnownMetadata } from "../lib/wire/known-metadata.ts";
import { datagramLimits } from "../lib/wire/limits.ts";
import { decodeMsgpack } from "../lib/wire/msgpack-reader.ts";
import { captureSecret } from "./captures.ts";
import { capturedMaps, freshDatagrams } from "./fresh-samples.ts";
import { original } from "./original.ts";
import type { Result } from "./result.ts";
import { inRounds, type Step } from "./rounds.ts";

const ROUNDS = 15;
const PASSES = 40;
const FLOOR = "HMAC alone";

const secret = createSecretKey(Buffer.from(captureSecret));
const v2 = createSecretKey(Buffer.alloc(32, "v2"));
const receipt: Receipt = { listener: "tcp", address: "127.0.0.1", receivedAt: Date.now() };
const fromQueue: Receipt = { listener: "queue", address: undefined, receivedAt: Date.now() };

/**
 * What one sample costs from its bytes to a parsed record, by the form that it comes in, beside Node's own HMAC of its
 * canonical text alone, which no implementation can avoid.
 */
export async function verify(): Promise<Result> {
  const maps = capturedMaps();
  const judge = judgeWith(new KnownMetadata());
  const texts = maps.map((map) => {
    const canonical = canonicalText(map, "py3");
    return canonical.kind === "text" ? canonical.text : "";
  });
  const datagrams = of(maps, "py3");
  const tens = groupsOf(maps, 10).map((group) => toExactJson(group));
  const forgetful = judgeWith(new KnownMetadata({ mostBytes: 0 }));
  const bytes = (name: string, all: readonly Uint8Array[], by = judge): Step =>
    step(name, () => all.flatMap((one) => by.bytes(one, receipt)));
  const steps: readonly Step[] = [
    step(FLOOR, () => texts.map((text) => digest(text, secret))),
    step("decode", () => datagrams.map((one) => decodeMsgpack(one, datagramLimits))),
    step("canonical text", () => maps.map((map) => canonicalText(map, "py3"))),
    bytes("decode + verify + parse", datagrams),
    bytes("its metadata never came before", datagrams, forgetful),
    bytes("kilo", of(maps, "kilo")),
    bytes("icehouse", of(maps, "icehouse")),
    ...[1, 10, 25].map((count) => bytes(`signature v2, ${count} in one`, envelopes(maps, count))),
    step("JSON from a queue, 10 in one", () => tens.flatMap((body) => judge.text(body, {}, fromQueue))),
  ];
  const figures = await inRounds(steps, { rounds: ROUNDS, warmUp: 3 });
  const python = await original(datagrams);
  return {
    bench: "verify",
    title: `${maps.length} captured datagrams, ${ROUNDS} rounds of ${PASSES} passes, Node ${process.versions.node}`,
    figures: typeof python === "string" ? figures : [...figures, python],
    floor: FLOOR,
    skipped: typeof python === "string" ? [python] : [],
  };
}

function judgeWith(metadata: KnownMetadata) {
  const keys = fixedKeys([
    { id: "captures", scheme: "legacy", secret },
    { id: "v2", scheme: "v2", secret: v2 },
  ]);
  return createJudge({ keys, dialects: ["py3", "kilo", "icehouse"], extraFields: [], metadata });
}

function step(name: string, pass: () => readonly unknown[]): Step {
  return {
    name,
    run() {
      let count = 0;
      for (let index = 0; index < PASSES; index++) count += expectGenuine(name, pass());
      return count;
    },
  };
}

function expectGenuine(name: string, results: readonly unknown[]): number {
  for (const one of results) if (isRejected(one)) throw new Error(`${name}: not genuine: ${one.detail}`);
  return results.length;
}

function isRejected(one: unknown): one is Exclude<Judged<Genuine>, { ok: true }> {
  return typeof one === "object" && one !== null && "ok" in one && one.ok === false;
}

function of(maps: readonly ValueMap[], dialect: Dialect): readonly Buffer[] {
  return freshDatagrams(maps, maps.length, Date.now(), dialect);
}

function envelopes(maps: readonly ValueMap[], count: number): readonly Buffer[] {
  return groupsOf(maps, count).map((group) => sealEnvelope(group, { keyId: "v2", secret: v2, sentAt: Date.now() }));
}

function groupsOf(maps: readonly ValueMap[], count: number): readonly (readonly ValueMap[])[] {
  return Array.from({ length: Math.floor(maps.length / count) }, (_, index) =>
    maps.slice(index * count, (index + 1) * count),
  );
}
