import type { Receipt } from "../sample/receipt.ts";
import { type Rejected, reject } from "../sample/rejection.ts";
import type { ValueMap } from "../sample/value.ts";

/** Names of a stranger's that are shown, and their length. */
const SHOWN_NAMES = 5;
const SHOWN_CHARACTERS = 40;

/**
 * Whether it is nothing that Ceilometer sends, so that advice about signing would send its owner the wrong way. On a queue
 * alone, where other services' messages end; by a socket comes what Havana sent, which had other names and no signature.
 */
export function isStranger(message: ValueMap, { listener }: Receipt): boolean {
  return listener === "queue" && message.size > 0 && !message.has("counter_name") && !message.has("event_type");
}

export function stranger(message: ValueMap): Rejected {
  const names = Array.from(message.keys()).slice(0, SHOWN_NAMES);
  const shown = names.map((name) => JSON.stringify(name.slice(0, SHOWN_CHARACTERS))).join(", ");
  const has = `it has ${shown}${message.size > SHOWN_NAMES ? ", …" : ""}`;
  return reject("not-a-sample", `neither counter_name nor event_type, so no sample or event of Ceilometer's: ${has}`);
}
