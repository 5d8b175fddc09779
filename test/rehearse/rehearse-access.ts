import type { AwsCall } from "../access/aws-call.ts";
import { type Exception, exceptions } from "../access/exceptions.ts";
import { refusedCalls, unusedRights } from "../access/findings.ts";
import { accessIn } from "../access/rights.ts";
import type { Checks } from "../interop/checks.ts";
import { CONTAINER_SIGNERS } from "./container-credentials.ts";
import type { Templates } from "./templates.ts";

/** The roles of what is bundled and run here, by their constructs. */
export const FUNCTION_ROLE = "QueueCollectorRole";
export const TASK_ROLE = "TaskRole";
const roles: readonly string[] = [FUNCTION_ROLE, TASK_ROLE];

/** What nothing makes function and task do here; `test/access` does. */
const notRehearsed: readonly Exception[] = [
  ...roles.map((role) => ({ role, actions: ["s3:PutObject"], on: ["/events/"], usedBy: "a publisher of events" })),
  {
    role: FUNCTION_ROLE,
    actions: ["sqs:DeleteMessage"],
    on: ["queuecollectorqueue", "queuecollectorspillqueue"],
    usedBy: "a message that has ended the function before",
  },
  {
    role: FUNCTION_ROLE,
    actions: ["sqs:ChangeMessageVisibility"],
    on: ["queuecollectorspillqueue"],
    usedBy: "a spilled message that storage refuses once more",
  },
];

/** Finds each call that function and task made here in their roles, and each right of theirs in use. */
export function checkAccess(checks: Checks, templates: Templates, recorded: readonly AwsCall[]): void {
  const calls = distinct(recorded.map(ofTask)).filter(({ signer }) => roles.includes(signer));
  const all = accessIn(templates);
  const access = { ...all, rights: all.rights.filter(({ role }) => roles.includes(role)) };
  const silent = roles.filter((role) => !calls.some(({ signer }) => signer === role));
  checks.same(`each of ${calls.length} calls of function and task has its right, and an endpoint that leads there`, [
    ...silent.map((role) => `${role} made no call`),
    ...refusedCalls(access, calls),
  ]);
  const own = [...exceptions, ...notRehearsed].filter(({ role }) => roles.includes(role));
  checks.same(
    `each of ${access.rights.length} rights of function and task is used, but for those with a reason`,
    unusedRights(access, calls, own),
  );
}

function ofTask(call: AwsCall): AwsCall {
  return call.signer.startsWith(CONTAINER_SIGNERS) ? { ...call, signer: TASK_ROLE } : call;
}

function distinct(calls: readonly AwsCall[]): readonly AwsCall[] {
  return Array.from(new Map(calls.map((call) => [JSON.stringify(call), call])).values());
}
