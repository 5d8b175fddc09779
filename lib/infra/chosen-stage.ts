import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { contextKeys, type ParsedStage, parseStage } from "./stage-settings.ts";

/** The operator's own file, beside cdk.json and unknown to git: an upgrade changes nothing in it, and it nothing in git. */
const OWN_FILE = "stages.json";

/**
 * Reads the stage that is meant: out of the operator's own file where it is described there, whole, otherwise out of
 * cdk.json.
 *
 * @param context what the CDK context has under a name
 * @param folder in which the own file is, unless the context names another
 * @returns its settings, or every problem at once
 */
export function chosenStage(context: (name: string) => unknown, folder: string): ParsedStage {
  const [stage, named] = [context(contextKeys.stage), context(contextKeys.file)];
  if (named !== undefined && (typeof named !== "string" || named === "")) {
    return wrong(`${contextKeys.file}: expected a file's name, got ${JSON.stringify(named)}`);
  }
  const file = resolve(folder, named ?? OWN_FILE);
  if (named === undefined && !existsSync(file)) return parseStage(stage, context(contextKeys.stages));
  let own: unknown;
  try {
    own = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return wrong(`${file}: can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const isElsewhere = isObject(own) && !(typeof stage === "string" && Object.hasOwn(own, stage));
  return isElsewhere ? parseStage(stage, context(contextKeys.stages)) : parseStage(stage, own, basename(file));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(problem: string): ParsedStage {
  return { ok: false, problems: [problem] };
}
