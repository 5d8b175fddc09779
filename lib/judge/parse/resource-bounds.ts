import type { Dialect } from "../../sample/sample.ts";
import { isValueMap, type Value, type ValueMap } from "../../sample/value.ts";
import { ambiguous, type Doubt, type DoubtCheck, graver, marked } from "./ambiguity.ts";
import { spelledValue, startOf } from "./signed-text.ts";

/** How metadata begins in the text: a map's first name follows, or there is none. */
export const METADATA_BEGINNINGS = [":", "None"] as const;

/** Keystone takes no longer name of a project. */
const LONGEST_PROJECT_NAME = 64;

const NAME = "resource_id";

/**
 * Finds a `resource_id` that could begin or end elsewhere.
 *
 * The text of a tenant stands in front of it, in `project_name`, at its own end, where that is the name of a container
 * or stack, and behind it in the metadata. A plain name such as `my-resource_ids` is everybody's right. So what
 * matters is who could have meant the other reading: the id of a resource begins with what its publisher chose, and only after a
 * project's id or a slash comes what a tenant did.
 */
export function resourceCheck(allowed: readonly string[]): DoubtCheck {
  const behind = allowed.filter((name) => name > NAME && name < "source");
  const endings = [...METADATA_BEGINNINGS.map((beginning) => `resource_metadata${beginning}`), ...behind];
  return (message, text, dialect) =>
    graver(beginningDoubt(message, text, dialect, endings), endDoubt(message, dialect, behind));
}

function beginningDoubt(
  message: ValueMap,
  text: string,
  dialect: Dialect,
  endings: readonly string[],
): Doubt | undefined {
  const name = message.get("project_name");
  if (name === undefined) return undefined;
  const project = message.get("project_id");
  if (typeof name === "string" && name.includes(NAME)) return inProjectName(name, project, endings);
  // Nearly all texts end here: one search over the text.
  if (!standsTwice(text)) return undefined;
  const again = text.indexOf(NAME, startOf(NAME, message, text, dialect) + NAME.length);
  if (again === -1 || again >= startOf("source", message, text, dialect)) return undefined;
  const id = textOf(message, NAME);
  if (id.includes(NAME)) return inItself(id, project);
  return behindIt(again - startOf("project_name", message, text, dialect) - "project_name".length);
}

/** A part that begins with a letter which texts have few of: V8 finds it in half the time of the whole name. */
const RARE = "urce_i";
const BEFORE_RARE = NAME.indexOf(RARE);

function standsTwice(text: string): boolean {
  let found = 0;
  for (let at = text.indexOf(RARE); at !== -1; at = text.indexOf(RARE, at + RARE.length)) {
    if (text.startsWith(NAME, at - BEFORE_RARE) && ++found === 2) return true;
  }
  return false;
}

/** The other reading begins at what may be a part of the project's name. */
function inProjectName(name: string, project: Value | undefined, endings: readonly string[]): Doubt {
  const rest = name.slice(name.indexOf(NAME) + NAME.length);
  const detail = `project_name contains the name ${NAME}`;
  const swallowed = endings.some((ending) => rest.includes(ending)) || reachesTenant(rest, project);
  return swallowed ? ambiguous(`${detail}, which it could have swallowed`) : marked(detail);
}

/** In the other reading all that is in front of it is part of the project's name. */
function inItself(id: string, project: Value | undefined): Doubt {
  const detail = `${NAME} contains its own name`;
  return reachesTenant(id.slice(0, id.indexOf(NAME)), project)
    ? marked(detail)
    : ambiguous(`${detail}, where no tenant has chosen it: it could begin at the second`);
}

/** @param length of the project's name in the other reading, which holds the resource as well */
function behindIt(length: number): Doubt {
  const detail = `the name ${NAME} stands in the metadata`;
  return length <= LONGEST_PROJECT_NAME ? ambiguous(`${detail}, and it could begin there`) : marked(detail);
}

/** Whether a tenant may have chosen what follows. */
function reachesTenant(beginning: string, project: Value | undefined): boolean {
  return beginning.includes("/") || (typeof project === "string" && project !== "" && beginning.includes(project));
}

/** A doubt about the end of the id: if a tenant chose it, nothing shows that a field behind it isn't a part of it. */
function endDoubt(message: ValueMap, dialect: Dialect, behind: readonly string[]): Doubt | undefined {
  const id = textOf(message, NAME);
  const project = message.get("project_id");
  if (textOf(message, "source").includes("source")) {
    const detail = "source contains its own name";
    return !leavesText(message.get("resource_metadata")) && reachesTenant(id, project)
      ? ambiguous(`${detail}, and ${NAME} could reach up to it`)
      : marked(detail);
  }
  const doubled = behind.find((name) => spelledValue(name, message.get(name) ?? null, dialect).includes(name));
  if (doubled !== undefined) return ambiguous(`${doubled} contains its own name, and ${NAME} could reach up to it`);
  if (!endsWithTenantText(id, project)) return undefined;
  const isFollowed = behind.some((name) => message.has(name)) || leavesText(message.get("resource_metadata"));
  return isFollowed ? END_MARK : undefined;
}

const END_MARK = marked(`a tenant may have chosen the end of ${NAME}, and what is behind it could be a part of it`);

function endsWithTenantText(id: string, project: Value | undefined): boolean {
  if (id.includes("/")) return true;
  if (typeof project !== "string" || project === "") return false;
  const at = id.indexOf(project);
  return at !== -1 && at + project.length < id.length;
}

/** Empty maps leave none. */
function leavesText(value: Value | undefined): boolean {
  if (!isValueMap(value)) return value !== undefined;
  for (const inner of value.values()) if (leavesText(inner)) return true;
  return false;
}

function textOf(message: ValueMap, name: string): string {
  const value = message.get(name);
  return typeof value === "string" ? value : "";
}
