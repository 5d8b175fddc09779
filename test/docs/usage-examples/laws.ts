import type { CounterType } from "../../../lib/sample/sample.ts";
import type { Worked } from "./worked.ts";

/** All that an example's questions have brought to light. */
type Shown = Pick<Worked, "parts" | "intervals" | "rows" | "printed" | "stored"> & {
  readonly asked: readonly Worked[];
};

/**
 * Each law of usage by the title of its example, and whether the law is seen at work there: an example that was changed
 * until it shows something else is none of this law. Whether its answers are right is a matter of their cells.
 */
const laws: Readonly<Record<string, (shown: Shown) => boolean>> = {
  "A delta counts at its time": ({ parts, rows }) =>
    parts.some(({ rule, from }) => rule === "volume" && rows.slice(1).some((row) => row.from === from)),
  "Deltas of one instant all count": ({ stored }) => isLevelWith(stored, "delta"),
  "A sample that comes twice counts once": ({ asked, stored }) =>
    asked.some(({ delivered }) => delivered > stored.length),
};

export const lawTitles: readonly string[] = Object.keys(laws);

/** Whether what was asked in the example with this title shows its law. */
export function isShown(title: string, asked: readonly Worked[]): boolean {
  return (
    laws[title]?.({
      asked,
      parts: asked.flatMap(({ parts }) => parts),
      intervals: asked.flatMap(({ intervals }) => intervals),
      rows: asked.flatMap(({ rows }) => rows),
      printed: asked.flatMap(({ printed }) => printed),
      stored: asked.at(-1)?.stored ?? [],
    }) ?? false
  );
}

function isLevelWith(stored: Shown["stored"], type: CounterType): boolean {
  const times = stored.filter(({ counter_type }) => counter_type === type).map(({ time }) => time);
  return new Set(times).size < times.length;
}
