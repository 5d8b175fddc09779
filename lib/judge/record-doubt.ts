import { toMessage } from "../sample/message.ts";
import type { MeteringRecord } from "../sample/sample.ts";
import { canonicalText } from "../signature/legacy/canonical-text.ts";
import type { Doubt } from "./parse/ambiguity.ts";
import { eventDoubts } from "./parse/event.ts";
import { sampleDoubts } from "./parse/sample.ts";

/**
 * The doubt about the reading of a stored record, from its signed fields alone: nothing has to be kept beside them.
 * Of the names that a setting allowed it knows those that the record has.
 */
export function recordDoubt(record: MeteringRecord): Doubt | undefined {
  if (record.dialect === "v2") return undefined;
  const message = toMessage(record);
  const canonical = canonicalText(message, record.dialect);
  if (canonical.kind !== "text") return undefined;
  const allowed = Array.from(record.extra.keys());
  const doubts = allowed.length === 0 ? plain : { sample: sampleDoubts(allowed), event: eventDoubts(allowed) };
  return doubts[record.kind](message, canonical.text, record.dialect);
}

const plain = { sample: sampleDoubts([]), event: eventDoubts([]) };
