import type { Deployment } from "../template.ts";
import { accessViolations } from "./access.ts";
import { alarmViolations } from "./alarms.ts";
import { balancingViolations } from "./balancing.ts";
import { canaryViolations } from "./canary.ts";
import { endpointViolations } from "./endpoints.ts";
import { environmentViolations } from "./environment.ts";
import { keepingViolations } from "./keeping.ts";
import { networkViolations } from "./network.ts";
import { outputViolations } from "./outputs.ts";
import { queueViolations } from "./queue.ts";
import { watchedViolations } from "./watched.ts";

/** What a deployment promises its owner. Each answers with what is broken, in words; nothing when all is kept. */
export const promises: Readonly<Record<string, (deployment: Deployment) => readonly string[]>> = {
  "each role may do what it needs and no more": accessViolations,
  "the network lets through the samples' way and nothing else": networkViolations,
  "the endpoints lead to what is the stage's own and nothing else": endpointViolations,
  "every way of losing a sample has an alarm that reaches the owner": alarmViolations,
  "whatever of AWS's can stand still is watched, from when there is something to see": watchedViolations,
  "samples of our own come through each way, or somebody hears of it": canaryViolations,
  "what runs reads the settings that were deployed": environmentViolations,
  "the queues lose no message": queueViolations,
  "the sockets' side stands through the loss of a task or a zone": balancingViolations,
  "whoever operates it finds what commands ask for": outputViolations,
  "what is kept is encrypted, restorable and outlives its stack": keepingViolations,
};

export function brokenPromises(deployment: Deployment): readonly string[] {
  return Object.values(promises).flatMap((violations) => violations(deployment));
}
