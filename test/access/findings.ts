import { ACCOUNT } from "../rehearse/resolve.ts";
import type { AwsCall } from "./aws-call.ts";
import type { Exception } from "./exceptions.ts";
import { isAbout } from "./policy.ts";
import type { Access, Right } from "./rights.ts";

/** Roles whose code runs in the VPC, and reaches AWS through its endpoints. */
const inside = ["TaskRole", "SocketCanarySenderRole"];

/** Calls that a role has no right to, or that no endpoint lets through; each said once. */
export function refusedCalls(access: Access, calls: readonly AwsCall[]): readonly string[] {
  return said(
    calls.flatMap((call) => {
      const what = `${call.signer}: ${call.action} on ${call.resource}`;
      const asked = askedOf(access, call);
      const rights = access.rights.filter((right) => right.role === call.signer && isAbout(right, asked));
      const denied = access.denials.some(
        (one) => (one.role === undefined || one.role === call.signer) && isAbout(one, asked),
      );
      const [service = ""] = call.action.split(":");
      const leads =
        access.endpoints.get(service)?.some((one) => one.effect === "Allow" && isAbout(one, asked)) ?? false;
      return [
        ...(rights.length === 0 ? [`no right: ${what}`] : []),
        ...(denied ? [`denied: ${what}`] : []),
        ...(inside.includes(call.signer) && !leads ? [`no endpoint leads there: ${what}`] : []),
      ];
    }),
  );
}

export function isUsedBy(access: Access, right: Right, call: AwsCall): boolean {
  return call.signer === right.role && isAbout(right, askedOf(access, call));
}

/** Rights that no call uses and no exception is about, and exceptions that are about nothing. */
export function unusedRights(
  access: Access,
  calls: readonly AwsCall[],
  exceptions: readonly Exception[],
): readonly string[] {
  const isUsed = (right: Right) => calls.some((call) => isUsedBy(access, right, call));
  const unused = access.rights.filter((right) => !isUsed(right));
  const excused = exceptions.flatMap(({ role, actions, on }) =>
    actions.flatMap((action) => on.map((words) => ({ role, action, words }))),
  );
  const isExcused = (right: Right) =>
    excused.some(
      ({ role, action, words }) => role === right.role && action === right.action && right.resource.includes(words),
    );
  return said([
    ...unused
      .filter((right) => !isExcused(right))
      .map(({ role, action, resource }) => `never used: ${role}: ${action} on ${resource}`),
    ...excused
      .filter(
        (one) =>
          unused.filter(
            (right) => one.role === right.role && one.action === right.action && right.resource.includes(one.words),
          ).length !== 1,
      )
      .map(({ role, action, words }) => `no exception: ${role}: ${action} on ${words}`),
  ]);
}

function askedOf({ roleArns }: Access, { action, resource, context, signer }: AwsCall) {
  return {
    action,
    resource,
    context: {
      ...context,
      "aws:SecureTransport": ["true"],
      "aws:PrincipalAccount": [ACCOUNT],
      "aws:PrincipalArn": [roleArns.get(signer) ?? signer],
      // Lambda's own key, of the functions alone.
      ...(signer.includes("Canary") && { "lambda:SourceFunctionArn": [signer] }),
    },
  };
}

function said(lines: readonly string[]): readonly string[] {
  return Array.from(new Set(lines)).sort();
}
