import { type GroupField, groupFields } from "../../query/groups.ts";

const NAMES = [...groupFields, "metadata.NAME"].join(", ");

/** The fields that `--by` names, or the first name that nothing can be grouped by. */
export function parseFields(
  by: string | undefined,
): { readonly fields: readonly GroupField[] } | { readonly problem: string } {
  const names = by === undefined || by === "" ? [] : by.split(",");
  const strange = names.find((name) => !isGroupField(name));
  if (strange !== undefined) return { problem: `--by: no field ${JSON.stringify(strange)}: choose from ${NAMES}` };
  return { fields: names.filter(isGroupField) };
}

function isGroupField(name: string): name is GroupField {
  return groupFields.some((field) => field === name) || /^metadata\../s.test(name);
}
