import { createSecretKey, type KeyObject } from "node:crypto";
import { parseTimestamp } from "../../lib/judge/parse/timestamp.ts";
import { toMessage } from "../../lib/sample/message.ts";
import type { Event, MeteringRecord, Sample } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";

/** What every record built here is signed with. */
export const SECRET: KeyObject = createSecretKey(Buffer.from("a secret of the tests"));

let built = 0;

/**
 * A genuine sample, as nova's pollster would send it: signed, and with a message id of its own.
 * `time` follows from `timestamp`, or the other way round, whichever is given.
 */
export function aSample(overrides: Partial<Sample> = {}): Sample {
  const { text, time } = times(overrides.timestamp, overrides.time);
  return signed({
    kind: "sample",
    dialect: "py3",
    source: "openstack",
    counter_name: "cpu",
    counter_type: "cumulative",
    counter_unit: "ns",
    counter_volume: 130_000_000_000n,
    user_id: "7c6f0a1d5f0e4d0c9e4a8b1f2d3c4b5a",
    project_id: "b8f2c1f4f1c84e4e9e7b0a2d3c4e5f60",
    resource_id: "9b651dfd-7d30-402b-972e-212b2c4bfb05",
    resource_metadata: defaultMetadata(),
    message_id: nextMessageId(),
    message_signature: "",
    monotonic_time: 71_234.918_273_645,
    user_name: null,
    project_name: null,
    extra: new Map(),
    ...overrides,
    timestamp: text,
    time,
  });
}

/** A genuine event: signed, and with a message id of its own. */
export function anEvent(overrides: Partial<Event> = {}): Event {
  const { text, time } = times(overrides.generated, overrides.time);
  return signed({
    kind: "event",
    dialect: "py3",
    message_id: nextMessageId(),
    event_type: "compute.instance.create.end",
    traits: [
      ["service", 1n, "compute.node-1"],
      ["memory_mb", 2n, 512n],
      ["load", 3n, 1.0],
      ["launched_at", 4n, "2022-09-30T11:59:58.250000"],
    ],
    raw: new Map(),
    message_signature: "",
    extra: new Map(),
    ...overrides,
    generated: text,
    time,
  });
}

/**
 * The signature that a stored record gives when its fields alone are signed again; null with signature v2, where a
 * record has none of its own.
 */
export function signedAgain(record: MeteringRecord): string | null | undefined {
  return record.dialect === "v2" ? null : sign(toMessage(record), SECRET, record.dialect);
}

function signed<Kind extends MeteringRecord>(record: Kind): Kind {
  if (record.message_signature !== "") return record;
  const message_signature = signedAgain(record);
  if (message_signature === undefined) throw new Error(`${record.dialect} can't sign this record`);
  return { ...record, message_signature };
}

function times(text: string | undefined, time: string | undefined): { text: string; time: string } {
  const sent = text ?? time?.replace(/Z$/, "") ?? "2022-09-30T12:00:00.123456";
  const normalised = time ?? parseTimestamp(sent);
  if (normalised === undefined) throw new Error(`not a time: ${sent}`);
  return { text: sent, time: normalised };
}

function nextMessageId(): string {
  built++;
  return `4a5d9f4e-40c2-11ed-b878-${built.toString(16).padStart(12, "0")}`;
}

function defaultMetadata(): Map<string, Value> {
  return new Map<string, Value>([
    ["display_name", "web-1"],
    ["host", "node-1"],
    ["vcpus", 2n],
    ["memory_mb", 512n],
    ["ephemeral_gb", 0n],
    ["OS-EXT-AZ:availability_zone", "nova"],
    [
      "flavor",
      new Map<string, Value>([
        ["name", "m1.tiny"],
        ["links", [new Map<string, Value>([["href", "http://nova/flavors/1"]])]],
      ]),
    ],
    ["image_ref", null],
    ["locked", false],
  ]);
}
