import { beforeAll, describe, expect, it } from "vitest";
import type { Value } from "../../lib/sample/value.ts";
import { toExactJson } from "../../lib/wire/exact-json.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { receivedBy } from "../fuzz/judges.ts";
import { captureJudge } from "../support/fixtures.ts";
import { garbageCollector, heldBytes } from "../support/garbage.ts";
import { plainSample, signedMessage } from "../support/messages.ts";
import { longNameAround } from "./hostile-inputs.ts";

const judge = captureJudge();
const forged: readonly [string, Value] = ["message_signature", "0".repeat(64)];

function reasonOf(bytes: Uint8Array, listener: "udp" | "tcp"): string | undefined {
  const [result] = judge.bytes(bytes, receivedBy(listener));
  return result?.ok ? undefined : result?.reason;
}

describe("what nobody signed costs no more than its bytes allow", () => {
  // What was compiled and cached on the way to the first answer is no cost of the hostile ones.
  beforeAll(() => void reasonOf(encodeMsgpack(new Map([forged])), "udp"));

  it.each<[string, Value, "udp" | "tcp", number, string]>([
    ["a datagram, a long name around empty maps", longNameAround(30_000, 4, 1_800), "udp", 300, "bad-signature"],
    ["a datagram, a longer name around fewer", longNameAround(25_000, 4, 2_000), "udp", 300, "bad-signature"],
    ["a datagram, a long name around empty lists", longNameAround(30_000, 4, 1_800, []), "udp", 300, "too-large"],
    ["a datagram of 5 KB, as much text as may be", longNameAround(2_700, 1, 770, 1n), "udp", 40, "bad-signature"],
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

  it("takes 16 characters of text for each byte of a message in a list, and an advance that the genuine give back", () => {
    const genuine = signedMessage({ ...plainSample, resource_metadata: longNamed(2_000, 400) });
    const hostile = new Map([...signedMessage({ ...plainSample, resource_metadata: longNamed(2_000, 400) }), forged]);
    const reasons = (messages: readonly Value[]) =>
      judge.text(toExactJson(messages), {}, receivedBy("queue")).map((result) => (result.ok ? "ok" : result.reason));
    expect(reasons([genuine, genuine, genuine, genuine, genuine])).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(reasons([hostile, hostile, hostile, hostile, genuine, signedMessage(plainSample)])).toEqual([
      "bad-signature",
      "bad-signature",
      "too-large",
      "too-large",
      "too-large",
      "ok",
    ]);
  });

  it.each<[string, Value]>([
    ["as deep as may be", deep(125, 1n)],
    ["as wide as may be", new Map(Array.from({ length: 2_048 }, (_, index) => [`k${index}`, 1n]))],
    ["as wide as may be as deep as may be", deep(124, new Map(Array.from({ length: 2_048 }, (_, n) => [`k${n}`, 1n])))],
    ["deep and wide, with names of some letters", levels(100, numbered(1_000))],
    ["of as much text as may be, in as few bytes as may be", levels(1, numbered(600), "n".repeat(2_900))],
    ["a list as long as may be", new Map([["l", new Array<boolean>(10_000).fill(false)]])],
  ])("records metadata %s", (_what, resource_metadata) => {
    const bytes = encodeMsgpack(signedMessage({ ...plainSample, resource_metadata }));
    expect(judge.bytes(bytes, receivedBy("udp"))).toMatchObject([{ ok: true }]);
  });
});

/** A map with this many maps inside each other around it. */
function deep(levels: number, value: Value): Value {
  let map = value;
  for (let level = 0; level < levels; level++) map = new Map([["deep", map]]);
  return map;
}

function longNamed(characters: number, entries: number): Value {
  return levels(1, numbered(entries), "n".repeat(characters));
}

function numbered(entries: number): Value {
  return new Map(Array.from({ length: entries }, (_, index) => [`k${index}`, 1n]));
}

function levels(count: number, value: Value, name = "level_"): Value {
  let map = value;
  for (let level = 0; level < count; level++) map = new Map([[`${name}${level}`, map]]);
  return map;
}
