import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { StageSettings } from "../../lib/infra/stage-settings.ts";
import { deploymentsIn, fullStage } from "../infra/changes/full-stage.ts";
import { redeploymentRefusals } from "../infra/changes/redeployment.ts";
import { settingChanges } from "../infra/changes/setting-changes.ts";
import { stageSettings, synthesizeBundled } from "../infra/synthesized.ts";
import type { Checks } from "../interop/checks.ts";
import { deployable } from "./deployable.ts";
import { deployedDifferences } from "./deployed-resources.ts";
import type { Finished } from "./processes.ts";
import type { StandInAws } from "./stand-in-aws.ts";
import { readTemplates, type Templates } from "./templates.ts";

export interface ChangesRehearsal {
  readonly checks: Checks;
  readonly aws: StandInAws;
  /** For the assemblies. */
  readonly folder: string;
  readonly secretArn: string;
  /** Runs CDK's command line on an assembly, and notes whether it went well. */
  readonly cdkOver: (assembly: Templates, what: string, ...args: readonly string[]) => Promise<Finished>;
}

/** moto takes it whole, and may delete its tables: it has no idea of resources that are retained. */
const STAGE = "dev";

interface Change {
  readonly what: string;
  readonly before: StageSettings;
  readonly after: StageSettings;
}

/**
 * What takes resources away or makes them anew: each such setting is changed in one, and changed back in another. In a
 * stage of its own each, as moto does not make again what it has once deleted from a stack.
 */
function changes(): readonly Change[] {
  const settings = stageSettings(STAGE);
  const alarmTopicArn = "arn:aws:sns:us-east-1:123456789012:owner";
  const topicAndNoLog = { ...settings, alarmTopicArn, log: false };
  const noTables = { ...settings, tables: false };
  return [
    { what: "a topic of the owner's and no log", before: settings, after: topicAndNoLog },
    { what: "its topic and its log again, and no tables", before: topicAndNoLog, after: noTables },
    { what: "its tables again", before: noTables, after: settings },
  ];
}

/** Each setting alone is changed, and changed back, by what AWS's specification says of it; moto takes few of them. */
function checkChanges(checks: Checks, folder: string): void {
  const deploymentOf = deploymentsIn(mkdtempSync(join(folder, "specified-")));
  const all = settingChanges(fullStage());
  const refused = all.flatMap(({ setting, before, after }) => {
    const [old, now] = [deploymentOf(before), deploymentOf(after)];
    return redeploymentRefusals(old, now, old).map((why) => `${setting}: ${why}`);
  });
  checks.same(
    `${all.length} changes of settings, each alone, can be made to a deployed stage, and taken back`,
    refused,
  );
}

/** Deploys a stage and changes its settings while it stands, several times over. */
export async function rehearseChanges(rehearsal: ChangesRehearsal): Promise<void> {
  checkChanges(rehearsal.checks, rehearsal.folder);
  for (const [index, change] of changes().entries()) await deployBoth(rehearsal, change, `${STAGE}-${index + 1}`);
}

async function deployBoth(rehearsal: ChangesRehearsal, { what, before, after }: Change, stage: string): Promise<void> {
  const { checks, aws, folder, secretArn, cdkOver } = rehearsal;
  const name = `Countersign-${stage}`;
  const deploy = async (said: string, settings: StageSettings): Promise<boolean> => {
    const made = readTemplates(synthesizeBundled({ ...settings, stage }, mkdtempSync(join(folder, "made-"))).directory);
    const assembly = deployable(made, mkdtempSync(join(folder, "deployed-")), secretArn);
    const done = await cdkOver(assembly, said, "deploy", name, ...WITHOUT_QUESTIONS);
    if (done.ok) checks.same(`${said}: all is what the template says`, await deployedDifferences(aws, assembly));
    return done.ok;
  };
  const first = await deploy(`cdk deploy ${name}, to be changed`, before);
  if (first) await deploy(`cdk deploy ${name} over it, with ${what}`, after);
}

/** Neither change sets nor the parameters of before survive moto's second deployment. */
export const WITHOUT_QUESTIONS = [
  ...["--exclusively", "--require-approval", "never"],
  ...["--method=direct", "--no-previous-parameters"],
];
