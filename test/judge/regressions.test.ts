import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { RejectionReason } from "../../lib/sample/rejection.ts";
import type { Value } from "../../lib/sample/value.ts";
import { canonicalText } from "../../lib/signature/legacy/canonical-text.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { captureJudge, fixture } from "../support/fixtures.ts";
import { judging } from "../support/judging.ts";

const judge = judging(captureJudge());

// Datagrams that `npm run fuzz` found to be judged wrongly, or cut down from such.
it.each<[file: string, what: string, reason: RejectionReason]>([
  ["nameless-map-recut.bin", "a captured field moved into a map whose name is empty", "bad-signature"],
  ["nameless-map-signed.bin", "a field in a map whose name is empty, signed so", "ambiguous"],
])("%s, %s, is %s", (file, _what, reason) => {
  const decoded = decodeMsgpack(fixture(`regressions/${file}`));
  expect(decoded.ok && judge(decoded.value)).toMatchObject({ ok: false, reason });
});

it("the empty name of a map stands with its colon in front of the names inside", () => {
  const message = new Map([["", new Map([["", new Map([["a", "1"]])]])]]);
  expect(canonicalText(message, "py3")).toEqual({ kind: "text", text: "::a1" });
});

const MESSAGES = 400;
const LONG = "x".repeat(60_000);

// What remembers names must not hold the messages that they were cut from.
it("names that were never seen before keep no datagrams in memory", () => {
  const before = held();
  for (let index = 0; index < MESSAGES; index++) {
    // Of different lengths and characters, for caches to take them for different ones.
    const letter = String.fromCharCode(0x41 + (index % 50));
    const decoded = decodeMsgpack(encodeMsgpack(message(`name ${letter.repeat(10 + Math.floor(index / 10))}`)));
    expect(decoded.ok && judge(decoded.value)).toMatchObject({ ok: false, reason: "bad-signature" });
  }
  expect(held() - before).toBeLessThan(MESSAGES * LONG.length * 0.2);
});

function message(name: string): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    [name, LONG],
    ["message_signature", "0".repeat(64)],
  ]);
}

/** Bytes that live after a collection of garbage. */
function held(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
