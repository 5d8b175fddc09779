import { plainId } from "../infra/template.ts";
import { listAt, objectAt, textAt } from "../rehearse/json.ts";
import { localArn, resolve } from "../rehearse/resolve.ts";
import type { Resource, Templates } from "../rehearse/templates.ts";
import { type Statement, statementsIn } from "./policy.ts";

/** One action that one role may do to one resource, or to what a pattern says. */
export interface Right extends Statement {
  /** Its construct's name. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/** Who may do what in a stage. */
export interface Access {
  /** What roles may do. */
  readonly rights: readonly Right[];
  /** What the policies of buckets and queues deny, and those of roles. */
  readonly denials: readonly (Statement & { readonly role?: string })[];
  /** By the service's name, as it stands in an endpoint's: what can be reached from inside the VPC. */
  readonly endpoints: ReadonlyMap<string, readonly Statement[]>;
  /** By their construct's name. */
  readonly roleArns: ReadonlyMap<string, string>;
}

export function accessIn(templates: Templates): Access {
  const policyOf = ({ stack, properties }: Resource) =>
    statementsIn(resolve(templates, stack, objectAt(properties, "PolicyDocument")));
  const ofRoles = templates
    .ofType("AWS::IAM::Policy")
    .flatMap((policy) =>
      listAt(policy.properties, "Roles").flatMap((role) =>
        policyOf(policy).map((one) => ({ ...one, role: plainId(textAt(role, "Ref")) })),
      ),
    );
  const ofResources = ["AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"].flatMap(templates.ofType).flatMap(policyOf);
  const endpoints = templates.ofType("AWS::EC2::VPCEndpoint").map((one) => {
    const name = JSON.stringify(resolve(templates, one.stack, one.properties.ServiceName ?? ""));
    return [/([a-z0-9]+)"$/.exec(name)?.[1] ?? "", policyOf(one)] as const;
  });
  return {
    rights: ofRoles
      .filter(isAllowing)
      .flatMap((one) =>
        one.actions.flatMap((action) =>
          one.resources.map((resource) => ({ ...one, action, resource, actions: [action], resources: [resource] })),
        ),
      ),
    denials: [...ofRoles, ...ofResources].filter((one) => !isAllowing(one)),
    endpoints: new Map(endpoints),
    roleArns: new Map(templates.ofType("AWS::IAM::Role").map((one) => [plainId(one.logicalId), localArn(one)])),
  };
}

function isAllowing({ effect }: Statement): boolean {
  return effect === "Allow";
}
