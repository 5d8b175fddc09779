import { randomBytes } from "node:crypto";
import type { Value } from "../sample/value.ts";
import { encodeMsgpack } from "../wire/msgpack-writer.ts";
import type { Judge } from "./judge.ts";

/** Messages after which the compiler has optimised the code; and milliseconds after which a start waits no longer. */
const MESSAGES = 6_000;
const MOST_MS = 250;

/**
 * Judges messages that nobody sent and nobody can have signed, before the sockets are opened. Code that runs for the
 * first time is slow enough that a busy network's first second would be dropped by the kernel.
 */
export function warmUp(judge: Judge): void {
  const receipt = { listener: "udp", address: "127.0.0.1", receivedAt: Date.now() } as const;
  const end = performance.now() + MOST_MS;
  for (let number = 0; number < MESSAGES && performance.now() < end; number++) judge.bytes(message(number), receipt);
}

/** Half of them whole, a quarter cut off, a quarter noise. */
function message(number: number): Uint8Array {
  if (number % 4 === 0) return randomBytes(1 + (number % 600));
  const whole = encodeMsgpack(unsigned(number));
  return number % 4 === 1 ? whole.subarray(0, 1 + (number % (whole.length - 1))) : whole;
}

function unsigned(number: number): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ["source", "openstack"],
    ["counter_name", "cpu"],
    ["counter_type", "cumulative"],
    ["counter_unit", "ns"],
    ["counter_volume", number % 2 === 0 ? BigInt(number) : number + 0.123_456_789_012_3],
    ["user_id", null],
    ["project_id", randomBytes(16).toString("hex")],
    ["resource_id", randomBytes(16).toString("hex")],
    ["timestamp", "2022-09-30T12:00:00.123456"],
    [
      "resource_metadata",
      new Map<string, Value>([
        ["display_name", `wärm-${number}`],
        ["status", "active"],
        [
          "flavor",
          new Map<string, Value>([
            ["name", "m1.tiny"],
            ["links", [new Map([["href", "http://nova/1"]])]],
          ]),
        ],
        ["tags", ["one", "two", 3n]],
      ]),
    ],
    ["message_id", randomBytes(16).toString("hex")],
    ["monotonic_time", 71_234.902137612],
    ["message_signature", randomBytes(32).toString("hex")],
  ]);
}
