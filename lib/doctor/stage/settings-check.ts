import type { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import type { Check } from "../finding/check.ts";
import type { Finding } from "../finding/finding.ts";
import { deployedTemplate } from "./stacks.ts";
import { templateDifferences } from "./template-differences.ts";

/** Differences that are named; of more it is enough to know how many. */
const MOST_NAMED = 20;

export interface SettingsCheckOptions {
  readonly stage: string;
  /** Of the stacks that are deployed. */
  readonly stackNames: readonly string[];
  /** Another file with stages than the one beside cdk.json. */
  readonly file?: string | undefined;
}

/** Whether what is deployed is what the settings of this checkout would make. */
export function settingsCheck(client: CloudFormationClient, options: SettingsCheckOptions): Check {
  const { stage, stackNames, file } = options;
  return {
    name: "settings",
    about: `the settings of ${stage}`,
    async look() {
      // Here alone, as CDK is there for who deploys, takes seconds to load, and is in nobody's bundle.
      const { madeTemplates } = await import("../../infra/made-templates.ts");
      const made = madeTemplates(stage, file);
      if (!made.ok) throw new Error(made.problems.join("; "));
      const deployed = new Map(
        await Promise.all(stackNames.map(async (name) => [name, await deployedTemplate(client, name)] as const)),
      );
      const names = Array.from(new Set([...deployed.keys(), ...made.templates.keys()])).sort();
      return names.flatMap((name) => stackDifferences(name, deployed.get(name), made.templates.get(name)));
    },
  };
}

function stackDifferences(name: string, deployed: string | undefined, made: string | undefined): readonly Finding[] {
  if (deployed === undefined) return [drifted(name, "the settings ask for it, and it is not deployed")];
  if (made === undefined) return [drifted(name, "it is deployed, and the settings do not ask for it")];
  const found = templateDifferences(deployed, made);
  if (found.length === 0) return [];
  const named = found.slice(0, MOST_NAMED).join(", ");
  const more = found.length > MOST_NAMED ? ` and ${found.length - MOST_NAMED} more` : "";
  return [drifted(name, `it differs from what the settings here would make in ${named}${more}`)];
}

function drifted(about: string, says: string): Finding {
  return {
    severity: "risk",
    check: "settings",
    about,
    says,
    todo: "see what with npx cdk diff, then deploy, or put the settings back: docs/deploy.md#settings",
  };
}
