import { describe, expect, it } from "vitest";
import { createJudge } from "../../../lib/judge/judge.ts";
import { type Dialect, dialects } from "../../../lib/sample/sample.ts";
import type { Value } from "../../../lib/sample/value.ts";
import { captureKeys } from "../../support/fixtures.ts";
import { plainSample, signedMessage } from "../../support/messages.ts";
import { receipt } from "../../support/v2-keys.ts";

const own = `(project "${plainSample.project_id}")`;
const judge = createJudge({ keys: captureKeys(), dialects, extraFields: [] });

/** As it was signed, then as somebody without a key has changed it: the mark of each, undefined for none. */
function marks(
  signed: Readonly<Record<string, Value>>,
  changed: Readonly<Record<string, Value>>,
  dialect: Dialect = "py3",
) {
  const genuine = signedMessage({ ...plainSample, ...signed }, dialect);
  return [genuine, new Map([...genuine, ...Object.entries(changed)])].map((message) => {
    const judged = judge.message(message, receipt());
    if (!judged.ok) throw new Error(judged.detail);
    return judged.value.mark;
  });
}

describe("a value that is signed as another is", () => {
  it.each(["project_id", "user_id"])("is recorded with a mark: the text None in %s", (name) => {
    expect(marks({ [name]: null }, { [name]: "None" })).toEqual([
      undefined,
      `${name} is the text None, which is signed as none at all is ${name === "user_id" ? own : '(project "None")'}`,
    ]);
  });

  it.each(["kilo", "icehouse"] as const)(
    "is recorded with a mark: a volume of more digits than %s signs",
    (dialect) => {
      // A text without lists is the same under both, and the first is asked first.
      const mark = `counter_volume has more digits than the twelve that kilo signs ${own}`;

      expect(marks({ counter_volume: 0.1234567890123 }, { counter_volume: 0.1234567890124 }, dialect)).toEqual([
        mark,
        mark,
      ]);
    },
  );

  it("is no other: a volume of twelve digits has no mark under any dialect", () => {
    for (const dialect of dialects) {
      expect(marks({ counter_volume: 0.123456789012 }, {}, dialect)).toEqual([undefined, undefined]);
    }
  });
});
