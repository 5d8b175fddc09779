import { createSecretKey } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createJudge } from "../../lib/judge/judge.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import { dialects } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { receivedBy } from "../fuzz/judges.ts";
import { garbageCollector, heldBytes } from "../support/garbage.ts";

const judge = createJudge({
  keys: fixedKeys([{ id: "ours", scheme: "legacy", secret: createSecretKey(Buffer.from("s3cret")) }]),
  dialects,
  extraFields: [],
});
const forged: readonly [string, Value] = ["message_signature", "0".repeat(64)];

/** Names of one to three letters, each with the same value. */
function wide(entries: number, value: Value): ValueMap {
  return new Map(Array.from({ length: entries }, (_, index) => [index.toString(36), value]));
}

/** A long name around maps of thousands of empty ones. */
function longNameAround(characters: number, maps: number, entries: number, value: Value = new Map()): ValueMap {
  const inner = new Map(Array.from({ length: maps }, (_, index) => [`m${index}`, wide(entries, value)]));
  return new Map<string, Value>([[`\u0100${"n".repeat(characters)}`, inner], forged]);
}

function reasonOf(bytes: Uint8Array, listener: "udp" | "tcp"): string | undefined {
  const [result] = judge.bytes(bytes, receivedBy(listener));
  return result?.ok ? undefined : result?.reason;
}

describe("what nobody signed costs no more than its bytes allow", () => {
  // What was compiled and cached on the way to the first answer is no cost of the hostile ones.
  beforeAll(() => void reasonOf(encodeMsgpack(new Map([forged])), "udp"));

  it.each<[string, ValueMap, "udp" | "tcp", number, string]>([
    ["a datagram, a long name around empty maps", longNameAround(30_000, 4, 1_800), "udp", 300, "bad-signature"],
    ["a datagram, a longer name around fewer", longNameAround(25_000, 4, 2_000), "udp", 300, "bad-signature"],
    ["a datagram, a long name around empty lists", longNameAround(30_000, 4, 1_800, []), "udp", 300, "too-large"],
    ["a frame of the same shape", longNameAround(490_000, 50, 2_040), "tcp", 3_000, "bad-signature"],
    ["a frame of one long name", longNameAround(1_000_000, 1, 1), "tcp", 600, "bad-signature"],
  ])("%s", (_what, message, listener, milliseconds, reason) => {
    const bytes = encodeMsgpack(message);
    const start = process.cpuUsage();
    for (let time = 0; time < 3; time++) expect(reasonOf(bytes, listener)).toBe(reason);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 3_000).toBeLessThan(milliseconds);
  });

  it("keeps nothing of long names, however many different ones came", () => {
    const collectGarbage = garbageCollector();
    const before = heldBytes(collectGarbage);
    for (let number = 0; number < 100; number++) {
      const name = "A".repeat(500_000 + 4 * number);
      reasonOf(encodeMsgpack(new Map<string, Value>([[name, new Map()], forged])), "tcp");
    }
    expect(heldBytes(collectGarbage) - before).toBeLessThan(5_000_000);
  });
});
