import type { StageSettings } from "../../../lib/infra/stage-settings.ts";
import { stageSettings, synthesizeAnew } from "../synthesized.ts";
import type { Deployment } from "../template.ts";
import type { FullStage } from "./setting-changes.ts";

/** The stage in cdk.json that has everything. */
export function fullStage(): FullStage {
  const { udp, ...others } = stageSettings("prod");
  if (udp === null) throw new Error("the stage prod in cdk.json has no socket side");
  return { ...others, udp };
}

/** @param folder one for all syntheses, so that each takes a tenth of the time of the first */
export function deploymentsIn(folder: string): (settings: StageSettings) => Deployment {
  const made = new Map<string, Deployment>();
  return (settings) => {
    const name = JSON.stringify(settings);
    const one = made.get(name) ?? synthesizeAnew(settings, folder);
    made.set(name, one);
    return one;
  };
}
