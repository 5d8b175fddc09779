import type { GroupValues } from "./groups.ts";
import type { UsageRow } from "./usage.ts";

/** Orders rows by meter, type, unit, project, group and period. */
export function compareRows(a: UsageRow, b: UsageRow): number {
  return (
    compareText(a.meter, b.meter) ||
    compareText(a.type, b.type) ||
    compareText(a.unit, b.unit) ||
    compareText(a.project, b.project) ||
    compareLists(Array.from(a.group.values()), Array.from(b.group.values())) ||
    a.from - b.from
  );
}

function compareLists(a: GroupValues, b: GroupValues): number {
  return a.reduce((order, value, index) => order || compareText(value, b[index] ?? null), 0);
}

/** None comes first. */
function compareText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}
