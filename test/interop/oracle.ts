import { createSecretKey } from "node:crypto";
import { parseTimestamp } from "../../lib/judge/parse/timestamp.ts";
import { isValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { decodeJson } from "../../lib/wire/json-reader.ts";
import { decodeMsgpack } from "../../lib/wire/msgpack-reader.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { type Random, seededRandom } from "../support/random.ts";
import type { Checks } from "./checks.ts";
import { type Python, runPython } from "./python.ts";
import { randomJson } from "./random-json.ts";
import { randomMessage } from "./random-message.ts";
import { randomTimestamp } from "./random-timestamp.ts";

const SECRET = "an oracle's secret ✓";
const KEY = createSecretKey(SECRET, "utf8");

/** One kind of question, put to Ceilometer's own code and to ours; null is "refused", false "can't tell". */
interface Question {
  readonly what: string;
  readonly kind: "signature" | "json" | "timestamp";
  readonly ask: (random: Random) => string;
  readonly ours: (text: string) => string | null;
}

const questions: readonly Question[] = [
  {
    what: "signatures of random messages",
    kind: "signature",
    ask: (random) => encodeMsgpack(randomMessage(random)).toString("hex"),
    ours: signature,
  },
  {
    what: "signatures of damaged messages",
    kind: "signature",
    ask: (random) => damaged(random, encodeMsgpack(randomMessage(random))).toString("hex"),
    ours: signature,
  },
  { what: "values of random JSON", kind: "json", ask: randomJson, ours: jsonValue },
  {
    what: "random time stamps",
    kind: "timestamp",
    ask: randomTimestamp,
    ours: (text) => parseTimestamp(text) ?? null,
  },
];

/** Asks `count` questions of every kind and compares all answers with those of the real Ceilometer. */
export function compareWithCeilometer(python: Python, checks: Checks, seed: number, count: number): void {
  const random = seededRandom(seed);
  for (const { what, kind, ask, ours } of questions) {
    const texts = Array.from({ length: count }, () => ask(random));
    const input = texts.map((text) => JSON.stringify([kind, text])).join("\n");
    const answers = runPython(python, "oracle.py", [SECRET], input).trimEnd().split("\n");
    const theirs = answers.map((answer): unknown => JSON.parse(answer));
    const differences = texts.flatMap((text, index) => {
      const answer = ours(text);
      return answer === theirs[index] || theirs[index] === false
        ? []
        : [`${JSON.stringify(text)}: Ceilometer ${JSON.stringify(theirs[index])}, we ${JSON.stringify(answer)}`];
    });
    const accepted = theirs.filter((answer) => typeof answer === "string").length;
    checks.same(`${what}: ${count} (${accepted} of them accepted), seed ${seed}`, differences);
  }
}

function signature(hex: string): string | null {
  const decoded = decodeMsgpack(Buffer.from(hex, "hex"));
  return decoded.ok && isValueMap(decoded.value) ? (sign(decoded.value, KEY, "py3") ?? null) : null;
}

function jsonValue(text: string): string | null {
  const decoded = decodeJson(text);
  return decoded.ok ? toExactJson(decoded.value) : null;
}

/** Changes bytes, mostly by one bit; sometimes cuts off the end or adds to it. */
function damaged(random: Random, bytes: Buffer): Buffer {
  if (random.chance(0.05)) return bytes.subarray(0, random.integer(bytes.length));
  if (random.chance(0.05)) return Buffer.concat([bytes, Buffer.of(random.integer(256))]);
  for (let left = 1 + random.integer(2); left > 0; left--) {
    const at = random.integer(bytes.length);
    const byte = bytes[at] ?? 0;
    bytes[at] = random.chance(0.8) ? byte ^ (1 << random.integer(8)) : random.integer(256);
  }
  return bytes;
}
