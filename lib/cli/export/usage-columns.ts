import type { GroupField } from "../../query/groups.ts";
import { toTime } from "../../query/instant.ts";
import type { UsageRow } from "../../query/usage.ts";
import { exactText, secondsText, shownAmount } from "../read/usage-row.ts";
import type { Column } from "./column.ts";

/** What `--by` can name, beside what stands in every row; metadata has its own name behind the last one. */
const groupNames = { user_id: "x_UserId", source: "x_Source" } as const;
const METADATA = "metadata.";

/**
 * Usage under the names that FOCUS 1 has for it; what it has no name for begins with `x_`, as it wants of columns of one's
 * own. Costs have none here: nothing in a sample says what it costs.
 *
 * @param isFinal nothing that is still to come can change it
 */
export function usageColumns(
  by: readonly GroupField[],
  isFinal: (row: UsageRow) => boolean,
): readonly Column<UsageRow>[] {
  const text = (name: string, value: (row: UsageRow) => string | null): Column<UsageRow> => ({
    name,
    kind: "text",
    value,
  });
  const decimal = (name: string, value: (row: UsageRow) => string): Column<UsageRow> => ({
    name,
    kind: "decimal",
    value,
  });
  const plain = (name: string, value: (row: UsageRow) => unknown): Column<UsageRow> => {
    return { name, kind: "plain", value: (row) => spelled(value(row)) };
  };
  return [
    text("ChargePeriodStart", ({ from }) => wholeSeconds(toTime(from))),
    text("ChargePeriodEnd", ({ to }) => wholeSeconds(toTime(to))),
    text("ChargeCategory", () => "Usage"),
    text("SubAccountId", ({ project }) => project),
    text("ResourceId", ({ group }) => group.get("resource_id") ?? null),
    text("x_Meter", ({ meter }) => meter),
    decimal("ConsumedQuantity", shownAmount),
    text("ConsumedUnit", ({ type, unit }) => (type === "gauge" ? `${unit}-Hours` : unit)),
    ...furtherGroups(by).map(([field, name]) => text(name, ({ group }) => group.get(field) ?? null)),
    text("x_MeterType", ({ type }) => type),
    text("x_MeterUnit", ({ unit }) => unit),
    decimal("x_ExactQuantity", exactText),
    plain("x_Samples", ({ samples }) => samples),
    plain("x_Resources", ({ resources }) => resources),
    plain("x_Resets", ({ resets }) => resets),
    plain("x_Disorder", ({ disorder }) => disorder),
    plain("x_Conflicts", ({ conflicts }) => conflicts),
    plain("x_CoveredSeconds", ({ covered }) => (covered === null ? null : secondsText(covered))),
    plain("x_GapSeconds", ({ gap }) => (gap === null ? null : secondsText(gap))),
    text("x_FirstSample", ({ first }) => (first === undefined ? null : toTime(first))),
    text("x_LastSample", ({ last }) => (last === undefined ? null : toTime(last))),
    plain("x_Final", isFinal),
  ];
}

function furtherGroups(by: readonly GroupField[]): readonly (readonly [GroupField, string])[] {
  return Array.from(new Set(by)).flatMap((field): readonly (readonly [GroupField, string])[] => {
    if (field === "user_id" || field === "source") return [[field, groupNames[field]]];
    return field.startsWith(METADATA) ? [[field, `x_Metadata.${field.slice(METADATA.length)}`]] : [];
  });
}

function spelled(value: unknown): string | null {
  return value === null ? null : String(value);
}

/** FOCUS has seconds; a period may begin between two. */
function wholeSeconds(time: string): string {
  return time.replace(/\.000000Z$/, "Z");
}
