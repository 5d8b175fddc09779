import { at, type Deployment, resourcesOf } from "../template.ts";
import { endpointType, statementsOf } from "./access.ts";

const ours = "if aws:PrincipalAccount=AccountId";
const tables = ["Resources", "Samples"].map(
  (name) => `arn:Partition:dynamodb:Region:AccountId:table/SampleStorageTables${name}`,
);
const buckets = ["SampleStorageLogBucket", "QuarantineBucket"].map((name) => `arn:Partition:s3:::${name}`);
const pulls = "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer";

/** What can be reached through each endpoint: the stage's own, by this account's principals, and images. */
const expected = [
  `DynamoDb: Allow * dynamodb:* on ${tables.join(", ")} ${ours}`,
  `S3: Allow * s3:* on ${buckets.flatMap((arn) => [`${arn}/*`, arn]).join(", ")} ${ours}`,
  "S3: Allow * s3:GetObject on arn:Partition:s3:::prod-Region-starport-layer-bucket/*",
  `SecretsManager: Allow * secretsmanager:GetSecretValue on SigningSecret ${ours}`,
  `Sqs: Allow * sqs:GetQueueAttributes sqs:SendMessage on arn:Partition:sqs:Region:AccountId:QueueCollectorSpillQueue ${ours}`,
  `Logs: Allow * logs:CreateLogStream logs:PutLogEvents on UdpCollectorLog ${ours}`,
  "EcrApi: Allow * ecr:GetAuthorizationToken on *",
  `EcrApi: Allow * ${pulls} on arn:Partition:ecr:Region:AccountId:repository/*`,
  "EcrDocker: Allow * ecr:GetAuthorizationToken on *",
  `EcrDocker: Allow * ${pulls} on arn:Partition:ecr:Region:AccountId:repository/*`,
].map((line) => `UdpCollectorNetworkVpc${line}`);

/** Endpoints lead to what is listed, no more and no less. One without a policy would lead to all of its service. */
export function endpointViolations({ udp }: Deployment): readonly string[] {
  const lines = statementsOf(udp, (type) => type === endpointType).map(({ line }) => line);
  const open = resourcesOf(udp, endpointType).filter(
    ([, { Properties }]) => at(Properties, "PolicyDocument") === undefined,
  );
  return [
    ...expected.filter((line) => !lines.includes(line)).map((line) => `missing: ${line}`),
    ...lines.filter((line) => !expected.includes(line)).map((line) => `not allowed: ${line}`),
    ...open.map(([id]) => `leads everywhere: ${id}`),
  ];
}
