import { type KeyObject, randomUUID } from "node:crypto";
import type { CounterType } from "../../sample/sample.ts";
import type { Value, ValueMap } from "../../sample/value.ts";
import { sign } from "../../signature/legacy/sign.ts";

/** Meters that a compute agent polls, each with a volume after so many seconds of an instance's life. */
const polled: readonly (readonly [
  name: string,
  type: CounterType,
  unit: string,
  volume: (seconds: number) => Value,
])[] = [
  ["cpu", "cumulative", "ns", (seconds) => BigInt(Math.round(seconds * 130_000_000))],
  ["memory.usage", "gauge", "MB", (seconds) => 180 + (seconds % 64)],
  ["disk.device.read.bytes", "cumulative", "B", (seconds) => BigInt(Math.round(seconds * 4_096))],
  ["network.incoming.bytes", "cumulative", "B", (seconds) => BigInt(Math.round(seconds * 1_536))],
  ["network.outgoing.bytes.delta", "delta", "B", () => 92_160n],
];

const INSTANCES = 20;
const POLLING_SECONDS = 60;

/** Signed samples as publishers of today send them. */
export function* generatedSamples(secret: KeyObject, count: number, now = Date.now()): Generator<ValueMap> {
  for (const message of unsignedSamples(count, now)) {
    yield new Map(message).set("message_signature", sign(message, secret, "py3") ?? "");
  }
}

/** So many samples of a few instances of one project, polled in turn, up to the present. */
export function* unsignedSamples(count: number, now = Date.now()): Generator<ValueMap> {
  const instances = Array.from({ length: INSTANCES }, (_, index) => ({ id: randomUUID(), name: `web-${index + 1}` }));
  const project = randomUUID().replaceAll("-", "");
  const rounds = Math.ceil(count / (INSTANCES * polled.length));
  for (let index = 0; index < count; index++) {
    const round = Math.floor(index / (INSTANCES * polled.length));
    const time = new Date(now - (rounds - 1 - round) * POLLING_SECONDS * 1_000);
    const instance = instances[Math.floor(index / polled.length) % INSTANCES] ?? { id: randomUUID(), name: "web" };
    const [name, type, unit, volume] = polled[index % polled.length] ?? ["cpu", "cumulative", "ns", () => 0n];
    yield new Map<string, Value>([
      ["source", "openstack"],
      ["counter_name", name],
      ["counter_type", type],
      ["counter_unit", unit],
      ["counter_volume", volume((round + 1) * POLLING_SECONDS)],
      ["user_id", null],
      ["user_name", null],
      ["project_id", project],
      ["project_name", null],
      ["resource_id", instance.id],
      ["timestamp", time.toISOString().replace("Z", "000")],
      ["resource_metadata", metadata(instance)],
      ["message_id", randomUUID()],
      ["monotonic_time", null],
    ]);
  }
}

function metadata({ id, name }: { readonly id: string; readonly name: string }): ValueMap {
  return new Map<string, Value>([
    ["display_name", name],
    ["instance_id", id],
    ["status", "active"],
    [
      "flavor",
      new Map<string, Value>([
        ["name", "m1.small"],
        ["vcpus", 1n],
        ["ram", 2_048n],
        ["disk", 20n],
      ]),
    ],
    ["tags", ["web", "generated"]],
  ]);
}
