import type { Finding } from "../finding/finding.ts";
import type { DeployedStack } from "./stacks.ts";

/** What CloudFormation itself says is wrong with a stack. */
export function stackFindings({ name, status, drift }: DeployedStack): readonly Finding[] {
  return [
    ...(/FAILED$|ROLLBACK/.test(status) ? [notDeployed(name, status)] : []),
    ...(drift === "DRIFTED" ? [changedByHand(name)] : []),
  ];
}

function notDeployed(about: string, status: string): Finding {
  return {
    severity: "risk",
    check: "stage",
    about,
    says: `its last deployment did not succeed: ${status}`,
    todo: "read the stack's events for the first failure, mend it, and deploy again: docs/deploy.md",
  };
}

function changedByHand(about: string): Finding {
  return {
    severity: "risk",
    check: "settings",
    about,
    says: "somebody has changed what the stack made, by CloudFormation's last look for drift",
    todo: "see what, with aws cloudformation describe-stack-resource-drifts, and put it into the settings or deploy again",
  };
}
