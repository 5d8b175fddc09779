import { recordDoubt } from "../../judge/record-doubt.ts";
import { decimalOf, spell } from "../../query/decimal.ts";
import { type Instant, SECOND, toInstant } from "../../query/instant.ts";
import { type Column, fittedTable } from "../command/fitted-table.ts";
import { amountUnit, exactText, shownAmount } from "../read/usage-row.ts";
import { notes, shortTime } from "../read/usage-table.ts";
import type { ShownExplanation, ShownPart, ShownSample } from "./shown-explanation.ts";

/** @param width characters in a line; undefined: as many as it takes */
export function explanationTable(shown: ShownExplanation, isFinal: boolean, width: number | undefined): string[] {
  const { row, moreParts, moreSamples } = shown;
  const unit = row.type === "gauge" ? `${row.unit}·s` : row.unit;
  const amount = `${shownAmount(row)} ${amountUnit(row)}`;
  const exact = row.type === "gauge" ? `${exactText(row)} ${unit} = ` : "";
  const left = exactText({ type: row.type, amount: moreParts.amount });
  const remarks = notes(row, isFinal);
  return [
    ...fittedTable(partColumns(shown, unit), shown.parts, width),
    ...(moreParts.count > 0 ? [`… and ${moreParts.count} more, which make ${left} ${unit}`] : []),
    "",
    ...fittedTable(sampleColumns(shown), shown.samples, width),
    ...(moreSamples > 0 ? [`… and ${moreSamples} more`] : []),
    "",
    `together: ${exact}${amount}${remarks === "" ? "" : ` (${remarks})`}`,
    `signatures: ${Array.from(shown.signatures, ([state, count]) => `${state}: ${count}`).join(", ") || "none"}`,
  ];
}

function partColumns({ row, parts }: ShownExplanation, unit: string): readonly Column<ShownPart>[] {
  const amount = ({ amount }: ShownPart) => exactText({ type: row.type, amount });
  const isWhole = ({ begin, end, from, to }: ShownPart) => begin.time === from && (end ?? begin).time === to;
  return [
    ...resourceColumn(parts),
    timeColumn("FROM", ({ from }) => from),
    ...(row.type === "delta" ? [] : [timeColumn<ShownPart>("TO", ({ to }) => to)]),
    { name: "RULE", cell: ({ rule }) => rule },
    ...(row.type === "cumulative" ? riseColumns : [volumeColumn]),
    { name: `SHARE IN ${unit}`, cell: amount },
    ...(parts.every(isWhole) || row.type === "delta"
      ? []
      : [{ name: "OF", cell: (part: ShownPart) => (isWhole(part) ? "-" : interval(part)), narrow: "drop" as const }]),
  ];
}

const volumeColumn: Column<ShownPart> = { name: "VOLUME", cell: ({ begin }) => spell(begin.volume) };

const riseColumns: readonly Column<ShownPart>[] = [
  {
    name: "VOLUME",
    cell: ({ begin, end }) => [begin, end].flatMap((one) => (one === undefined ? [] : [spell(one.volume)])).join(" → "),
    // Where it rose from mostly stands in the line before.
    shorter: { name: "VOLUME", cell: ({ begin, end }) => spell((end ?? begin).volume) },
  },
  { name: "RISE", cell: ({ rise }) => (rise === undefined ? "-" : spell(rise.amount)), narrow: "drop" },
];

function timeColumn<Row>(name: string, time: (row: Row) => Instant): Column<Row> {
  // Samples of one second are rare; to the microsecond, times would fill a narrow terminal.
  const seconds = (row: Row) => shortTime(Math.floor(time(row) / SECOND) * SECOND);
  return { name, cell: (row) => shortTime(time(row)), shorter: { name, cell: seconds } };
}

/** The whole interval that a part is of. */
function interval({ begin, end }: ShownPart): string {
  return `${shortTime(begin.time)} to ${end === undefined ? "-" : shortTime(end.time)}`;
}

function sampleColumns({ samples, signatures }: ShownExplanation): readonly Column<ShownSample>[] {
  return [
    ...resourceColumn(samples),
    timeColumn("TIME", ({ sample }) => toInstant(sample.time)),
    { name: "VOLUME", cell: ({ sample }) => spell(decimalOf(sample.counter_volume)) },
    { name: "MESSAGE ID", cell: (one) => (one.role === "foreign" ? "-" : one.sample.message_id), narrow: "cut" },
    { name: "DIALECT", cell: (one) => (one.role === "foreign" ? "-" : one.sample.dialect), narrow: "drop" },
    // The last line says it of all.
    ...(signatures.size < 2 ? [] : [{ name: "SIGNATURE", cell: signature }]),
    { name: "NOTES", cell: (one) => sampleNotes(one) || "-" },
  ];
}

function signature(one: ShownSample): string {
  if (one.role === "foreign") return "-";
  const { state, key } = one.signature;
  return key === null ? state : `${state} (${key})`;
}

function sampleNotes(one: ShownSample): string {
  if (one.role === "foreign") return "of another project";
  const { conflict } = one.sample;
  return [
    ...(one.role === "counted" ? [] : [one.role]),
    ...(one.role === "outdone" || one.isLevel ? [] : ["less than another of its time"]),
    ...(conflict === undefined ? [] : [`in conflict: ${conflict}`]),
    ...(recordDoubt(one.sample) === undefined ? [] : ["ambiguous"]),
  ].join(", ");
}

function resourceColumn<Row extends { readonly resource: string }>(rows: readonly Row[]): readonly Column<Row>[] {
  const [first] = rows;
  if (rows.every(({ resource }) => resource === first?.resource)) return [];
  return [{ name: "RESOURCE", cell: ({ resource }) => resource, narrow: "cut" }];
}
