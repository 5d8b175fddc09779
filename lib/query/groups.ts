import type { Sample } from "../sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../sample/value.ts";

/** The fields of a sample that usage and statistics can be grouped by, beside those of its metadata. */
export const groupFields = ["project_id", "user_id", "resource_id", "source", "unit"] as const;
export type GroupField = (typeof groupFields)[number] | `metadata.${string}`;

/** The owners whose samples are asked for. A field that is absent limits nothing. */
export interface OwnerFilter {
  /** null: without one, which is null on the wire, or the empty text. */
  readonly project?: string | null;
  /** null: without one. */
  readonly user?: string | null;
  readonly source?: string;
  /** Metadata by name, as text; null: without it. */
  readonly metadata?: ReadonlyMap<string, string | null>;
}

/** Values of a group: the project, then what the fields name, in their order. */
export type GroupValues = readonly (string | null)[];

/** The fields that are not in every row anyway. */
export function furtherFields(by: readonly GroupField[]): readonly GroupField[] {
  return Array.from(new Set(by)).filter((field) => field !== "project_id" && field !== "unit");
}

/** @param fields as `furtherFields` gives them */
function groupValues(sample: Sample, fields: readonly GroupField[]): GroupValues {
  return [projectOf(sample), ...fields.map((field) => groupText(sample, field))];
}

/** A sample's group as one text; undefined for what the filter leaves out. @param fields as `furtherFields` gives them */
export function groupKey(sample: Sample, filter: OwnerFilter, fields: readonly GroupField[]): string | undefined {
  return isOwned(sample, filter) ? keyOfValues(groupValues(sample, fields)) : undefined;
}

export function keyOfValues(values: GroupValues): string {
  return JSON.stringify(values);
}

/** Some publishers send the empty text where there is no project. */
export function projectOf({ project_id }: Sample): string | null {
  return project_id === "" ? null : project_id;
}

export function isOwned(sample: Sample, { project, user, source, metadata }: OwnerFilter): boolean {
  if (project !== undefined && projectOf(sample) !== project) return false;
  if (user !== undefined && sample.user_id !== user) return false;
  if (source !== undefined && sample.source !== source) return false;
  return Array.from(metadata ?? []).every(([name, text]) => metadataText(sample.resource_metadata, name) === text);
}

/**
 * A value of the metadata as text: a number by its shortest digits, `true` or `false`; null where there is none, or
 * none of these. Points lead into maps, where no name is the whole: `flavor.name`.
 */
function metadataText(metadata: ValueMap | null, name: string): string | null {
  return textOf(metadata === null ? undefined : found(metadata, name));
}

/** The value of one field, but for the unit, which is a matter of the meter. */
export function groupText(sample: Sample, field: GroupField): string | null {
  if (field === "project_id") return projectOf(sample);
  if (field === "unit") return sample.counter_unit;
  if (field === "user_id" || field === "resource_id" || field === "source") return sample[field];
  return metadataText(sample.resource_metadata, field.slice("metadata.".length));
}

function found(map: ValueMap, name: string): Value | undefined {
  if (map.has(name)) return map.get(name);
  const point = name.indexOf(".");
  const inner = point === -1 ? undefined : map.get(name.slice(0, point));
  return isValueMap(inner) ? found(inner, name.slice(point + 1)) : undefined;
}

function textOf(value: Value | undefined): string | null {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return null;
  }
}
