import { floatStrPython2 } from "../../wire/python-number.ts";
import { type DoubtCheck, marked } from "./ambiguity.ts";

/** Fields that may be null, and are part of whose a sample is. */
const OWNERS = ["project_id", "user_id"] as const;

/**
 * Finds values that the signed text spells as it spells others.
 *
 * Python writes `None` for no project, and so for one of that name; Python 2 wrote twelve digits of a float. Whoever
 * captured a message can exchange these without breaking its signature. No publisher's project is called `None`, and
 * the thirteenth digit of a volume is not worth refusing those that measure it: so both are recorded, and said.
 */
export const spelledAlikeCheck: DoubtCheck = (message, _text, dialect) => {
  for (const name of OWNERS) {
    if (message.get(name) === "None") return marked(`${name} is the text None, which is signed as none at all is`);
  }
  const volume = message.get("counter_volume");
  if (dialect === "py3" || typeof volume !== "number" || Number(floatStrPython2(volume)) === volume) return undefined;
  return marked(`counter_volume has more digits than the twelve that ${dialect} signs`);
};
