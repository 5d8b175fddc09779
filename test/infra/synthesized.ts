import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { addStage } from "../../lib/infra/stage.ts";
import { contextKeys, parseStage, type StageSettings } from "../../lib/infra/stage-settings.ts";
import type { Deployment, Template } from "./template.ts";

/** The context that the command line reads as well. */
export const context: Record<string, unknown> = JSON.parse(
  readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"),
).context;

export const root = fileURLToPath(new URL("../../", import.meta.url));

export function stageSettings(stage: string): StageSettings {
  const parsed = parseStage(stage, context[contextKeys.stages]);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.settings;
}

/** What the command line adds by itself, for sam and other tools. */
export const forTools = { "aws:cdk:enable-path-metadata": true, "aws:cdk:enable-asset-metadata": true };

/** To bundle what the function runs takes a second, which a test of templates alone need not wait for. */
const notBundled = { "aws:cdk:bundling-stacks": [] };

/** An app of the same feature flags, without the stacks. */
export function emptyApp(outdir = newFolder(), more: Readonly<Record<string, unknown>> = notBundled): App {
  // CDK's own rules take seconds, and the test of the app itself goes by them.
  return new App({ context: { ...context, ...forTools, ...more }, outdir, builtinCloudFormationValidation: false });
}

type Synthesized = Deployment & { readonly directory: string };

/** By their settings: a synthesis takes a second, and whoever changes a template changes a copy. */
const made = new Map<string, Synthesized>();

/** The templates that `cdk synth` makes, by default of the stage that has everything, but for the name of the bundle. */
export function synthesize(settings: StageSettings = stageSettings("prod")): Synthesized {
  const name = JSON.stringify(settings);
  const one = made.get(name) ?? synthesizeAnew(settings);
  made.set(name, one);
  return one;
}

/** @param outdir may be shared by several that differ in their settings alone */
export function synthesizeAnew(settings: StageSettings, outdir?: string): Synthesized {
  return synthesizeIn(settings, emptyApp(outdir));
}

/** The same, with what the function runs. */
export function synthesizeBundled(settings: StageSettings, outdir = newFolder()): Synthesized {
  return synthesizeIn(settings, emptyApp(outdir, {}));
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "countersign-synth-"));
}

function synthesizeIn(settings: StageSettings, app: App): Synthesized {
  const { collector, udp } = addStage(app, settings);
  const assembly = app.synth();
  const template = (name: string): Template => assembly.getStackByName(name).template;
  return {
    collector: template(collector.stackName),
    udp: udp === undefined ? { Resources: {} } : template(udp.stackName),
    directory: assembly.directory,
  };
}
