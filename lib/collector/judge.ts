import { type Result, reject } from "./outcome.ts";
import { eventParser } from "./parse/event.ts";
import { sampleParser } from "./parse/sample.ts";
import type { MeteringRecord } from "./sample.ts";
import { type VerifyOptions, verify } from "./signature/verify.ts";
import { isValueMap, type Value } from "./value.ts";

export interface JudgeOptions extends VerifyOptions {
  /** Top-level names to accept beside those that Ceilometer's releases send. */
  readonly extraFields: readonly string[];
}

/** Proves one decoded message genuine and reads it. Never throws, whatever the message. */
export type Judge = (message: Value) => Result<MeteringRecord>;

export function createJudge(options: JudgeOptions): Judge {
  const parseSample = sampleParser(options.extraFields);
  const parseEvent = eventParser(options.extraFields);
  return (message) => {
    if (!isValueMap(message)) return reject("not-a-sample", `expected a map, got ${kindOf(message)}`);
    const verified = verify(message, options);
    if (!verified.ok) return verified;
    const isEvent = message.has("event_type") && !message.has("counter_name");
    return isEvent ? parseEvent(message, verified.value) : parseSample(message, verified.value);
  };
}

function kindOf(value: Value): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "bigint" || typeof value === "number") return "a number";
  return typeof value === "string" ? "text" : typeof value === "boolean" ? "a boolean" : "bytes";
}
