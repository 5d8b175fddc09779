import type { App } from "aws-cdk-lib";
import { CollectorStack } from "./collector-stack.ts";
import type { StageSettings } from "./stage-settings.ts";
import { UdpStack } from "./udp-stack.ts";

export interface StageStacks {
  readonly collector: CollectorStack;
  readonly udp: UdpStack | undefined;
}

/** Adds the stacks of one stage to an app. */
export function addStage(app: App, settings: StageSettings): StageStacks {
  const name = `Countersign-${settings.stage}`;
  const common = { settings, terminationProtection: settings.terminationProtection, tags: settings.tags };
  const collector = new CollectorStack(app, name, {
    ...common,
    description: "Countersign: storage and queue side of the metering collector",
  });
  if (settings.udp === null || collector.taskRole === undefined) return { collector, udp: undefined };
  const udp = new UdpStack(app, `${name}-udp`, {
    ...common,
    udp: settings.udp,
    collector,
    taskRole: collector.taskRole,
    description: "Countersign: UDP and TCP side of the metering collector",
  });
  return { collector, udp };
}
