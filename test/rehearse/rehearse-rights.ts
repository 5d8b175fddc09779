import type { Checks } from "../interop/checks.ts";
import type { Call } from "./call-recorder.ts";
import { at, type Json, listAt, textAt } from "./json.ts";
import { localArn, localName, resolveText } from "./resolve.ts";
import type { Resource, Templates } from "./templates.ts";

/** A role, and by which keys the calls of whoever has it are known here. */
export interface Holder {
  readonly what: string;
  /** The role's construct, before its hash. */
  readonly role: string;
  readonly isSigner: (keyId: string) => boolean;
}

interface Right {
  readonly action: string;
  /** An ARN, whose end may be a star. */
  readonly resource: string;
}

/** Rights that may stay unused here, each with its reason. */
const unusedHere: readonly (readonly [right: RegExp, why: string])[] = [
  [/^logs:/, "Lambda and Fargate write what a process prints"],
  [/^sqs:SendMessage on .*SpillQueue/, "a queue on this machine is called by no key of the account's"],
  [/^s3:PutObject on .*\/format\.json$/, "the first to open a log marks its format"],
  [/^dynamodb:BatchWriteItem on .*TablesResources/, "so it is with tables; with retention, only that"],
  [/^s3:PutObject on .*LogBucket[^/]*\/events\/\*$/, "no event is sent in a rehearsal"],
  [/^sqs:ChangeMessageVisibility on /, "an event of the rehearsal names queues of an account, not of this machine"],
  [/^sqs:(?:ReceiveMessage|DeleteMessage|GetQueueAttributes|GetQueueUrl) on .*QueueCollector/, "Lambda polls by them"],
];

/** Compares what was called in this account with what the roles' policies say, both ways. */
export function checkRights(checks: Checks, templates: Templates, calls: readonly Call[], holder: Holder): void {
  const { what, role, isSigner } = holder;
  // What a start with a wrong setting asks for is nobody's.
  const own = calls.filter(({ signer, names }) => isSigner(signer) && !names.some((name) => name.includes(":gone-")));
  const rights = rightsOf(templates, role);
  const used = new Set<Right>();
  const refused = new Set<string>();
  for (const { action, names } of own) {
    for (const name of names) {
      const arn = arnOf(templates, name);
      const right = rights.find((one) => one.action === action && matches(one.resource, arn));
      if (right === undefined) refused.add(`${action} on ${arn}`);
      else used.add(right);
    }
  }
  const count = new Set(own.map(({ action }) => action)).size;
  checks.same(`${what} has the right to each of the ${own.length} calls that it made`, [
    ...(count === 0 ? ["it made none"] : []),
    ...refused,
  ]);
  const unused = rights.filter((right) => !used.has(right)).map(({ action, resource }) => `${action} on ${resource}`);
  checks.same(
    `${what} has no right that it did not use, but for ${unusedHere.length} kinds with a reason`,
    unused.filter((right) => !unusedHere.some(([pattern]) => pattern.test(right))),
  );
}

function rightsOf(templates: Templates, construct: string): readonly Right[] {
  const role = templates
    .ofType("AWS::IAM::Role")
    .find(({ logicalId }) => logicalId.replace(/[0-9A-F]{8}$/, "") === construct);
  if (role === undefined) throw new Error(`no stack has the role ${construct}`);
  return templates
    .ofType("AWS::IAM::Policy")
    .filter((policy) => isOf(templates, policy, role))
    .flatMap((policy) => statementsOf(templates, policy));
}

function isOf(templates: Templates, { stack, properties }: Resource, role: Resource): boolean {
  return listAt(properties, "Roles").some((one) => resolveText(templates, stack, one) === localName(role));
}

function statementsOf(templates: Templates, { stack, properties }: Resource): readonly Right[] {
  return listAt(properties, "PolicyDocument", "Statement").flatMap((statement) => {
    if (textAt(statement, "Effect") !== "Allow") return [];
    const [actions, resources] = [oneOrMany(statement, "Action"), oneOrMany(statement, "Resource")];
    return actions.flatMap((action) =>
      resources.map((resource) => ({
        action: String(action),
        resource: resolveText(templates, stack, resource),
      })),
    );
  });
}

function oneOrMany(statement: Json, name: string): readonly Json[] {
  const value = at(statement, name);
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function matches(pattern: string, arn: string): boolean {
  return pattern.endsWith("*") ? arn.startsWith(pattern.slice(0, -1)) : pattern === arn;
}

const NAMED = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"];

/** The ARN of what a call names, by the name that the resource has here. */
function arnOf(templates: Templates, name: string): string {
  for (const resource of NAMED.flatMap((type) => templates.ofType(type))) {
    const local = localName(resource);
    if (name === local || (resource.type === "AWS::SQS::Queue" && name.endsWith(local.slice(local.lastIndexOf("/"))))) {
      return localArn(resource);
    }
    if (name.startsWith(`${local}/`)) return `${localArn(resource)}${name.slice(local.length)}`;
  }
  return name;
}
