import { printable } from "../../log/printable.ts";
import type { GroupField } from "../../query/groups.ts";
import type { UsageRow } from "../../query/usage.ts";

/** The most values that are named. */
const NAMED = 5;

/** The options that choose one of several rows, by the first field in which they differ. */
export function howToChoose(rows: readonly UsageRow[]): string {
  const [first] = rows;
  const fields: readonly [string, (row: UsageRow) => string][] = [
    ["type", ({ type }) => `--type ${type}`],
    ["unit", ({ unit }) => given("unit", unit)],
    ["project", ({ project }) => (project === null ? "--no-project" : given("project", project))],
    ...Array.from(first?.group.keys() ?? [], (field): [string, (row: UsageRow) => string] => [
      nameOf(field),
      ({ group }) => chosenBy(field, group.get(field) ?? null),
    ]),
  ];
  const named = fields.map(([name, choose]) => ({ name, choices: Array.from(new Set(rows.map(choose))) }));
  const { name, choices } = named.find(({ choices }) => choices.length > 1) ?? { name: "by", choices: [] };
  const more = choices.length > NAMED ? ` and ${choices.length - NAMED} more` : "";
  return `--${name}: usage has ${rows.length} rows for this, and one can be explained: give one of ${choices.slice(0, NAMED).join(", ")}${more}`;
}

function nameOf(field: GroupField): string {
  if (field === "user_id") return "user";
  if (field === "resource_id") return "resource";
  return field.startsWith("metadata.") ? "metadata" : field;
}

function chosenBy(field: GroupField, value: string | null): string {
  const name = nameOf(field);
  if (name !== "metadata") return value === null ? `--no-${name}` : given(name, value);
  const key = field.slice("metadata.".length);
  return value === null ? given("no-metadata", key) : given("metadata", `${key}=${value}`);
}

/** An option as a shell and its reader take it: with a space, a value may not begin with a dash. */
function given(name: string, value: string): string {
  return `--${name}${value.startsWith("-") ? "=" : " "}${quoted(value)}`;
}

/** A text as a shell takes it, also where it has what acts on a terminal. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+-]+$/.test(text)) return text;
  if (printable(text) === text) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${printable(text.replace(/['\\]/g, String.raw`\$&`))}'`;
}
