import { contentDigest } from "../../sample/content.ts";
import type { ExactNumber } from "../../sample/sample.ts";
import type { ValueMap } from "../../sample/value.ts";
import type { StoredSample } from "../../storage/driver.ts";
import { toExactJson } from "../../wire/exact-json.ts";
import type { Column } from "./column.ts";

/** A stored sample under the wire's names, and ours as in `samples --json`; maps are exact JSON. */
export const sampleColumns: readonly Column<StoredSample>[] = [
  text("time", ({ time }) => time),
  text("counter_name", ({ counter_name }) => counter_name),
  text("counter_type", ({ counter_type }) => counter_type),
  number("counter_volume", ({ counter_volume }) => counter_volume),
  text("counter_unit", ({ counter_unit }) => counter_unit),
  text("resource_id", ({ resource_id }) => resource_id),
  text("project_id", ({ project_id }) => project_id),
  text("project_name", ({ project_name }) => project_name),
  text("user_id", ({ user_id }) => user_id),
  text("user_name", ({ user_name }) => user_name),
  text("source", ({ source }) => source),
  text("timestamp", ({ timestamp }) => timestamp),
  number("monotonic_time", ({ monotonic_time }) => monotonic_time),
  text("message_id", ({ message_id }) => message_id),
  text("publisher_id", ({ publisher_id }) => publisher_id),
  text("dialect", ({ dialect }) => dialect),
  text("message_signature", ({ message_signature }) => message_signature),
  text("resource_metadata", ({ resource_metadata }) => json(resource_metadata)),
  text("extra", ({ extra }) => (extra.size === 0 ? null : json(extra))),
  text("content", contentDigest),
  text("conflict", ({ conflict }) => conflict),
];

function text(name: string, value: (sample: StoredSample) => string | null | undefined): Column<StoredSample> {
  return { name, kind: "text", value: (sample) => value(sample) ?? null };
}

function number(name: string, value: (sample: StoredSample) => ExactNumber | null | undefined): Column<StoredSample> {
  const spelled = (one: ExactNumber | null | undefined) =>
    one === null || one === undefined ? null : toExactJson(one);
  return { name, kind: "plain", value: (sample) => spelled(value(sample)) };
}

function json(map: ValueMap | null): string | null {
  return map === null ? null : toExactJson(map);
}
