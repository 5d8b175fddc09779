import type { Judge } from "../../lib/judge/judge.ts";
import { accept, type Result } from "../../lib/sample/rejection.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import type { Value } from "../../lib/sample/value.ts";
import { receipt } from "./v2-keys.ts";

/** What a judge says of one decoded message with a signature of its own: the record alone, without what proved it. */
export function judging(judge: Judge): (message: Value) => Result<MeteringRecord> {
  return (message) => {
    const judged = judge.message(message, receipt());
    return judged.ok ? accept(judged.value.record) : judged;
  };
}
