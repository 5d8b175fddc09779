import type { Dialect } from "../../lib/sample/sample.ts";
import type { Value, ValueMap } from "../../lib/sample/value.ts";
import { sign } from "../../lib/signature/legacy/sign.ts";
import { CAPTURE_SECRET, key } from "./fixtures.ts";

/** The fields of a plain sample as they are sent, to be changed and signed. */
export const plainSample: Readonly<Record<string, Value>> = {
  source: "openstack",
  counter_name: "cpu",
  counter_type: "cumulative",
  counter_unit: "ns",
  counter_volume: 130_000_000_000n,
  user_id: "8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
  project_id: "f5a4b3c2d1e04f6a8b7c6d5e4f3a2b1c",
  resource_id: "2d5d1c7e-6c44-4c57-9e0b-8a3f2a1b0c9d",
  timestamp: "2022-09-30T12:00:00.123456",
  resource_metadata: new Map([["display_name", "web-01"]]),
  message_id: "b8a5a1d2-40b7-11ed-8d4a-fa163e2f7a01",
  monotonic_time: 71_234.902137612,
};

export const plainEvent: Readonly<Record<string, Value>> = {
  message_id: "5b9c3c55-3d6f-4c4f-9e8b-7d1c0b2a3f44",
  event_type: "image.upload",
  generated: "2022-09-30T12:00:00.000005",
  traits: [["service", 1n, "image.c3"]],
  raw: new Map(),
};

/** A message of these fields, genuinely signed with the captures' secret. A field set to undefined is left out. */
export function signedMessage(fields: Readonly<Record<string, Value | undefined>>, dialect: Dialect = "py3"): ValueMap {
  const message = new Map<string, Value>();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) message.set(name, value);
  message.delete("message_signature");
  const signature = sign(message, key(CAPTURE_SECRET), dialect);
  if (signature === undefined) throw new Error(`${dialect} can't sign this`);
  return message.set("message_signature", signature);
}
