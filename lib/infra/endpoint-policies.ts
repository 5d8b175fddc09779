import { Aws, Fn, Stack } from "aws-cdk-lib";
import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import type { VpcEndpoint } from "aws-cdk-lib/aws-ec2";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { CollectorParts } from "./collector-environment.ts";
import type { SpillQueue } from "./spill-queue.ts";

/** The services that tasks call, by the names of their endpoints. */
export type EndpointName = "DynamoDb" | "S3" | "SecretsManager" | "Sqs" | "Logs" | "EcrApi" | "EcrDocker";

/** What can be reached through endpoints. */
export interface Reachable extends CollectorParts {
  readonly spillQueue: SpillQueue;
  /** The tasks' own. */
  readonly log: ILogGroup;
}

/** As ECR's documentation names it, in every region alike. */
const LAYER_BUCKET = `prod-${Aws.REGION}-starport-layer-bucket`;

/**
 * Says of each endpoint what can be reached through it, by whom: what is the stage's own, by principals of this account.
 * Roles say what may be done there. Without a policy an endpoint leads to every bucket and queue of anybody's.
 */
export function limitEndpoints(endpoints: ReadonlyMap<EndpointName, VpcEndpoint>, reachable: Reachable): void {
  for (const [name, endpoint] of endpoints) {
    for (const statement of statements[name](reachable, endpoint)) endpoint.addToPolicy(statement);
  }
}

const statements: Readonly<Record<EndpointName, (to: Reachable, of: VpcEndpoint) => readonly PolicyStatement[]>> = {
  DynamoDb: ({ storage: { tables } }, endpoint) =>
    tables === undefined
      ? [nothing()]
      : [ours(["dynamodb:*"], [tableArn(endpoint, tables.samples), tableArn(endpoint, tables.resources)])],
  S3: ({ storage: { log }, quarantine }, endpoint) => [
    ours(
      ["s3:*"],
      [quarantine, ...(log === undefined ? [] : [log])].flatMap(({ bucket }) => {
        const resource = bucket.bucketName;
        return [bucketArn(endpoint, resource), bucketArn(endpoint, `${resource}/*`)];
      }),
    ),
    // Layers of images are in a bucket of ECR's, which signs the addresses that they are fetched from.
    allowed(["s3:GetObject"], [bucketArn(endpoint, `${LAYER_BUCKET}/*`)]),
  ],
  SecretsManager: ({ secret }) => [ours(["secretsmanager:GetSecretValue"], [secret.arn])],
  Sqs: ({ spillQueue }, endpoint) => [
    ours(["sqs:SendMessage", "sqs:GetQueueAttributes"], [queueArn(endpoint, spillQueue.url)]),
  ],
  Logs: ({ log }) => [ours(["logs:CreateLogStream", "logs:PutLogEvents"], [log.logGroupArn])],
  EcrApi: imagePulls,
  EcrDocker: imagePulls,
};

/** Whose condition is not about principals: Docker's protocol brings a token of the registry's along, not a signature. */
function imagePulls(_: Reachable, endpoint: VpcEndpoint): readonly PolicyStatement[] {
  const repositories = Stack.of(endpoint).formatArn({ service: "ecr", resource: "repository", resourceName: "*" });
  return [
    // Takes no resource.
    allowed(["ecr:GetAuthorizationToken"], ["*"]),
    allowed(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [repositories]),
  ];
}

function ours(actions: string[], resources: string[]): PolicyStatement {
  const statement = allowed(actions, resources);
  statement.addCondition("StringEquals", { "aws:PrincipalAccount": Aws.ACCOUNT_ID });
  return statement;
}

function allowed(actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ principals: [new AnyPrincipal()], actions, resources });
}

/** A policy needs a statement. */
function nothing(): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ["*"],
    resources: ["*"],
  });
}

// From names that tasks import from the other stack in any case: with endpoints an export of its own would have to go as
// well, and CloudFormation lets none go that is still imported.

function tableArn(endpoint: VpcEndpoint, { tableName: resourceName }: ITable): string {
  return Stack.of(endpoint).formatArn({ service: "dynamodb", resource: "table", resourceName });
}

function bucketArn(endpoint: VpcEndpoint, resource: string): string {
  return Stack.of(endpoint).formatArn({ service: "s3", region: "", account: "", resource });
}

/** @param url ends with the account and the queue's name */
function queueArn(endpoint: VpcEndpoint, url: string): string {
  return Stack.of(endpoint).formatArn({ service: "sqs", resource: Fn.select(4, Fn.split("/", url)) });
}
