import type { Value, ValueMap } from "../../../lib/sample/value.ts";

type Fields = Readonly<Record<string, Value>>;

const fields: Fields = {
  source: "openstack",
  counter_name: "cpu",
  counter_type: "cumulative",
  counter_unit: "ns",
  counter_volume: 130_000_000_000n,
  user_id: null,
  project_id: "p1",
  resource_id: "vm1",
  timestamp: "2026-09-21T14:13:00.123456",
  resource_metadata: new Map<string, Value>([["host", "n1"]]),
  message_id: "m1",
};

function message(own: Fields): ValueMap {
  return new Map(Object.entries(own));
}

/** What the good vectors carry, by their name. */
export const vectorMessages = {
  "one sample": [message(fields)],
  "many samples": ["m1", "m2", "m3"].map((message_id, index) =>
    message({ ...fields, counter_volume: 0.5 + index, message_id }),
  ),
  "an event": [
    message({
      message_id: "e1",
      event_type: "image.upload",
      generated: "2026-09-21T14:13:00",
      traits: [
        ["service", 1n, "image.c3"],
        ["size", 2n, 512n],
      ],
      raw: new Map(),
    }),
  ],
  "text that is not ASCII": [
    message({ ...fields, resource_metadata: new Map([["display_name", "Größe 東京 𝒳 \u0000"]]) }),
  ],
  "numbers at their limits": [
    message({ ...fields, counter_volume: 2n ** 64n - 1n }),
    message({ ...fields, counter_volume: -(2n ** 63n) }),
    message({ ...fields, counter_volume: 1.0 }),
    message({ ...fields, counter_volume: 5e-324 }),
  ],
  "a message_signature, which is nothing here": [message({ ...fields, message_signature: "0".repeat(64) })],
  "no message": [],
} satisfies Readonly<Record<string, readonly ValueMap[]>>;
