import type { Checks } from "../interop/checks.ts";
import { type Json, listAt, parseJson, textAt } from "./json.ts";
import { run } from "./processes.ts";
import { REGION } from "./resolve.ts";
import type { Templates } from "./templates.ts";

const LINT_WITHIN_MS = 60_000;

/** Checks the templates against CloudFormation's own schemas of every resource. */
export async function lintTemplates(checks: Checks, templates: Templates, commands: string): Promise<void> {
  const done = await run(`${commands}/cfn-lint`, ["--format", "json", "--regions", REGION, "--", ...templates.files], {
    withinMs: LINT_WITHIN_MS,
  });
  const found = parseJson(done.lines.join("\n"));
  if (!Array.isArray(found)) return checks.failed("cfn-lint reads the templates", done.tail);
  const findings = listAt({ found }, "found");
  const errors = findings.filter((one) => textAt(one, "Level") === "Error").map(spelled);
  const count = `${templates.files.length} templates with ${templates.resources.length} resources`;
  checks.same(`cfn-lint finds no error in ${count} (${findings.length - errors.length} warnings)`, errors);
}

function spelled(finding: Json): string {
  return `${textAt(finding, "Rule", "Id")} ${textAt(finding, "Message")} (${JSON.stringify(listAt(finding, "Location", "Path"))})`;
}
