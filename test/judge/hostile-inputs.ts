import type { Value } from "../../lib/sample/value.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { costlyInput, type Input } from "../fuzz/cost/costly-input.ts";

const forged: readonly [string, Value] = ["message_signature", "0".repeat(64)];

function wide(entries: number, value: Value): Value {
  return new Map(Array.from({ length: entries }, (_, index) => [index.toString(36), value]));
}

/** A long name around maps of thousands of empty ones, the first that ended the process. */
export function longNameAround(characters: number, maps: number, entries: number, value: Value = new Map()): Value {
  const inner = new Map(Array.from({ length: maps }, (_, index) => [`m${index}`, wide(entries, value)]));
  return new Map<string, Value>([[`\u0100${"n".repeat(characters)}`, inner], forged]);
}

/** What an adversarial review sent, and inputs as the fuzzer of costs makes them. */
export function* hostileInputs(fuzzed: number): Generator<Input> {
  for (const leaf of [new Map(), [], 1n]) {
    yield { listener: "udp", bytes: encodeMsgpack(longNameAround(30_000, 4, 1_800, leaf)) };
    yield { listener: "tcp", bytes: encodeMsgpack(longNameAround(490_000, 50, 2_040, leaf)) };
    yield { listener: "queue", text: toExactJson(longNameAround(490_000, 20, 2_040, leaf)) };
    const items = Array.from({ length: 20 }, () => longNameAround(20_000, 2, 1_000, leaf));
    yield { listener: "queue", text: toExactJson(items) };
  }
  for (let number = 0; number < 30; number++) {
    const name = "A".repeat(1_000_000 + 4 * number);
    yield { listener: "tcp", bytes: encodeMsgpack(new Map<string, Value>([[name, new Map()], forged])) };
  }
  for (let index = 0; index < fuzzed; index++) yield costlyInput(1, index);
}
