import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { chosenStage } from "./chosen-stage.ts";
import { addStage } from "./stage.ts";
import { contextKeys } from "./stage-settings.ts";

export type MadeTemplates =
  | { readonly ok: true; readonly templates: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The checkout, where `cdk.json` lies. */
const root = fileURLToPath(new URL("../../", import.meta.url));
/** What the command line adds for every app. */
const ALWAYS = { "aws:cdk:enable-path-metadata": true, "aws:cdk:enable-asset-metadata": true };

/**
 * The templates that `cdk deploy` would deploy for a stage, as JSON by the stack's name, without the code being bundled: the
 * names of its bundles are others.
 *
 * @param file with stages, instead of the `stages.json` beside `cdk.json`
 */
export function madeTemplates(stage: string, file?: string): MadeTemplates {
  const { context } = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
  const chosen = { ...context, [contextKeys.stage]: stage, ...(file !== undefined && { [contextKeys.file]: file }) };
  const parsed = chosenStage((name) => chosen[name], root);
  if (!parsed.ok) return parsed;
  const outdir = mkdtempSync(join(tmpdir(), "countersign-made-"));
  try {
    const unbundled = { ...chosen, ...ALWAYS, "aws:cdk:bundling-stacks": [] };
    const app = new App({ context: unbundled, outdir, builtinCloudFormationValidation: false });
    addStage(app, parsed.settings);
    const { stacks } = app.synth();
    return { ok: true, templates: new Map(stacks.map((one) => [one.stackName, JSON.stringify(one.template)])) };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
