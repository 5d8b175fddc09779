import type { Deployment, Template } from "../template.ts";
import { exportsInUse, unreadOutputs } from "./cross-stack.ts";
import { type LeftBehind, leftBehindBy, refusedUpdates } from "./refused-updates.ts";
import { stackChange } from "./stack-change.ts";

const nothing: Template = { Resources: {} };

/**
 * Deploys one deployment after another over the first, as `cdk deploy --all` does: the stack that others use first. A
 * socket side that is no more is destroyed before, as docs/deploy.md says.
 *
 * @returns every reason why an update would be refused or leave a stack with something that is not there
 */
export function redeploymentRefusals(first: Deployment, ...others: readonly Deployment[]): readonly string[] {
  const refused: string[] = [];
  const left: LeftBehind[] = [];
  const update = (before: Template, after: Template) => {
    const change = stackChange(before, after);
    refused.push(...refusedUpdates(change, left));
    left.push(...leftBehindBy(change));
    return change;
  };
  let { collector, udp } = first;
  for (const next of others) {
    if (isNothing(next.udp)) {
      update(udp, nothing);
      udp = nothing;
    }
    const change = update(collector, next.collector);
    refused.push(...exportsInUse(change, udp));
    update(udp, next.udp);
    refused.push(...unreadOutputs(next.udp, change));
    ({ collector, udp } = next);
  }
  return refused;
}

function isNothing({ Resources }: Template): boolean {
  return Object.keys(Resources).length === 0;
}
