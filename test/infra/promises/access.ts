import { at, type Deployment, list, plainId, type Template, textOf } from "../template.ts";

/**
 * Who may do what to what: every statement of every policy, one line each. A statement that is not listed here is
 * one too many, a listed one that is not there breaks the service.
 */
const expected = [
  // The function: its own log, writing samples, knowing their format, adding to the quarantine, reading the secret, taking messages.
  "QueueCollectorRole: Allow lambda.amazonaws.com sts:AssumeRole",
  "QueueCollectorRoleDefaultPolicy: Allow logs:CreateLogStream logs:PutLogEvents on QueueCollectorLog",
  "QueueCollectorRoleDefaultPolicy: Allow dynamodb:BatchGetItem on SampleStorageTablesResources, SampleStorageTablesSamples if dynamodb:LeadingKeys=format",
  "QueueCollectorRoleDefaultPolicy: Allow s3:GetObject s3:PutObject on SampleStorageLogBucket/format.json",
  "QueueCollectorRoleDefaultPolicy: Allow dynamodb:BatchWriteItem on SampleStorageTablesResources, SampleStorageTablesSamples",
  "QueueCollectorRoleDefaultPolicy: Allow dynamodb:UpdateItem on SampleStorageTablesResources",
  "QueueCollectorRoleDefaultPolicy: Allow s3:PutObject on QuarantineBucket/quarantine/*, SampleStorageLogBucket/events/*, SampleStorageLogBucket/samples/*",
  "QueueCollectorRoleDefaultPolicy: Allow secretsmanager:GetSecretValue on SigningSecret",
  "QueueCollectorRoleDefaultPolicy: Allow sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ReceiveMessage on QueueCollectorQueue, QueueCollectorSpillQueue",
  // The tasks: the same, but they send to the spill queue and take from none; and what Fargate needs to start them.
  "TaskRole: Allow ecs-tasks.amazonaws.com sts:AssumeRole",
  "TaskRoleDefaultPolicy: Allow dynamodb:BatchGetItem on SampleStorageTablesResources, SampleStorageTablesSamples if dynamodb:LeadingKeys=format",
  "TaskRoleDefaultPolicy: Allow s3:GetObject s3:PutObject on SampleStorageLogBucket/format.json",
  "TaskRoleDefaultPolicy: Allow dynamodb:BatchWriteItem on SampleStorageTablesResources, SampleStorageTablesSamples",
  "TaskRoleDefaultPolicy: Allow dynamodb:UpdateItem on SampleStorageTablesResources",
  "TaskRoleDefaultPolicy: Allow s3:PutObject on QuarantineBucket/quarantine/*, SampleStorageLogBucket/events/*, SampleStorageLogBucket/samples/*",
  "TaskRoleDefaultPolicy: Allow secretsmanager:GetSecretValue on SigningSecret",
  "TaskRoleDefaultPolicy: Allow sqs:GetQueueAttributes sqs:SendMessage on QueueCollectorSpillQueue",
  "UdpCollectorTaskExecutionRole: Allow ecs-tasks.amazonaws.com sts:AssumeRole",
  "UdpCollectorTaskExecutionRoleDefaultPolicy: Allow ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer on arn:Partition:ecr:Region:AccountId:repository/cdk-hnb659fds-container-assets-AccountId-Region",
  "UdpCollectorTaskExecutionRoleDefaultPolicy: Allow ecr:GetAuthorizationToken on *",
  "UdpCollectorTaskExecutionRoleDefaultPolicy: Allow logs:CreateLogStream logs:PutLogEvents on UdpCollectorLog",
  // The queue's canary: its own log, the keys, sending to the queue, and finding its own samples, nobody else's.
  "QueueCanaryRole: Allow lambda.amazonaws.com sts:AssumeRole",
  "QueueCanaryRoleDefaultPolicy: Allow logs:CreateLogStream logs:PutLogEvents on QueueCanaryLog",
  "QueueCanaryRoleDefaultPolicy: Allow secretsmanager:GetSecretValue on SigningSecret",
  "QueueCanaryRoleDefaultPolicy: Allow dynamodb:Query on SampleStorageTablesSamples if dynamodb:LeadingKeys=s#countersign.canary#countersign.canary.queue",
  "QueueCanaryRoleDefaultPolicy: Allow dynamodb:BatchGetItem on SampleStorageTablesResources if dynamodb:LeadingKeys=format, r#countersign.canary.queue",
  "QueueCanaryRoleDefaultPolicy: Allow sqs:SendMessage on QueueCollectorQueue",
  // The sockets' canary: the same, but Lambda puts it beside the tasks. Its own code may not do what Lambda does for that.
  "SocketCanarySenderRole: Allow lambda.amazonaws.com sts:AssumeRole",
  "SocketCanarySenderRoleDefaultPolicy: Allow logs:CreateLogStream logs:PutLogEvents on SocketCanarySenderLog",
  "SocketCanarySenderRoleDefaultPolicy: Allow secretsmanager:GetSecretValue on SigningSecret",
  "SocketCanarySenderRoleDefaultPolicy: Allow dynamodb:Query on SampleStorageTablesSamples if dynamodb:LeadingKeys=s#countersign.canary#countersign.canary.udp, s#countersign.canary#countersign.canary.tcp",
  "SocketCanarySenderRoleDefaultPolicy: Allow dynamodb:BatchGetItem on SampleStorageTablesResources if dynamodb:LeadingKeys=format, r#countersign.canary.udp, r#countersign.canary.tcp",
  "SocketCanarySenderRoleDefaultPolicy: Allow ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses on *",
  "SocketCanarySenderRoleDefaultPolicy: Deny ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses on * if lambda:SourceFunctionArn is there",
  // The operator: redriving dead letters, replaying the quarantine into storage, settling conflicts, looking after keys and at all of it.
  "OperatorRole: Allow arn:Partition:iam::AccountId:root sts:AssumeRole",
  "OperatorRoleDefaultPolicy: Allow sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:ReceiveMessage on QueueCollectorDeadLetterQueue",
  "OperatorRoleDefaultPolicy: Allow sqs:GetQueueAttributes sqs:SendMessage on QueueCollectorQueue, QueueCollectorSpillQueue",
  "OperatorRoleDefaultPolicy: Allow cloudformation:DescribeStacks cloudformation:GetTemplate on arn:Partition:cloudformation:Region:AccountId:stack/Countersign-prod-udp/*, arn:Partition:cloudformation:Region:AccountId:stack/Countersign-prod/*",
  "OperatorRoleDefaultPolicy: Allow s3:ListBucket on QuarantineBucket, SampleStorageLogBucket",
  "OperatorRoleDefaultPolicy: Allow s3:DeleteObject s3:GetObject on QuarantineBucket/quarantine/*",
  "OperatorRoleDefaultPolicy: Allow dynamodb:BatchGetItem on SampleStorageTablesResources, SampleStorageTablesSamples if dynamodb:LeadingKeys=format",
  "OperatorRoleDefaultPolicy: Allow dynamodb:BatchWriteItem on SampleStorageTablesResources, SampleStorageTablesSamples",
  "OperatorRoleDefaultPolicy: Allow dynamodb:BatchGetItem dynamodb:UpdateItem on SampleStorageTablesResources",
  "OperatorRoleDefaultPolicy: Allow dynamodb:Query on SampleStorageTablesResources, SampleStorageTablesSamples, SampleStorageTablesResources/index/by-meter, SampleStorageTablesResources/index/by-project",
  "OperatorRoleDefaultPolicy: Allow dynamodb:Scan on SampleStorageTablesSamples, SampleStorageTablesResources/index/by-meter",
  "OperatorRoleDefaultPolicy: Allow s3:GetObject s3:PutObject on SampleStorageLogBucket/events/*, SampleStorageLogBucket/format.json, SampleStorageLogBucket/samples/*, SampleStorageLogBucket/settlements/*",
  "OperatorRoleDefaultPolicy: Allow secretsmanager:DescribeSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue on SigningSecret",
  "OperatorRoleDefaultPolicy: Allow cloudwatch:DescribeAlarms cloudwatch:GetMetricData logs:DescribeLogGroups logs:GetQueryResults on *",
  "OperatorRoleDefaultPolicy: Allow logs:StartQuery on arn:Partition:logs:Region:AccountId:log-group:Countersign-prod-QueueCollectorLog*, arn:Partition:logs:Region:AccountId:log-group:Countersign-prod-udp-UdpCollectorLog*",
  // The log of refused flows.
  "UdpCollectorNetworkVpcRefusedIAMRole: Allow vpc-flow-logs.amazonaws.com sts:AssumeRole",
  "UdpCollectorNetworkVpcRefusedIAMRoleDefaultPolicy: Allow logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents on UdpCollectorNetworkRefusedFlows",
  // The log of deployments that failed.
  "UdpCollectorFailedDeploymentsPolicyResourcePolicy: Allow events.amazonaws.com delivery.logs.amazonaws.com logs:CreateLogStream logs:PutLogEvents on UdpCollectorFailedDeploymentsLog",
  // What queues, topics and buckets say themselves: TLS only, nothing written over, and who may send.
  "SampleStorageLogBucketPolicy: Deny * s3:PutObject on SampleStorageLogBucket/events/*, SampleStorageLogBucket/format.json, SampleStorageLogBucket/samples/*, SampleStorageLogBucket/settlements/* if s3:if-none-match is absent if s3:ObjectCreationOperation=true",
  "QuarantineBucketPolicy: Deny * s3:PutObject on QuarantineBucket/quarantine/* if s3:if-none-match is absent if s3:ObjectCreationOperation=true",
  "SampleStorageLogBucketPolicy: Deny * s3:* on SampleStorageLogBucket, SampleStorageLogBucket/* if aws:SecureTransport=false",
  "QuarantineBucketPolicy: Deny * s3:* on QuarantineBucket, QuarantineBucket/* if aws:SecureTransport=false",
  "QueueCollectorSpillQueuePolicy: Deny * sqs:* on QueueCollectorSpillQueue if aws:SecureTransport=false",
  "QueueCollectorSpillQueuePolicy: Deny * sqs:SendMessage on QueueCollectorSpillQueue if ArnNotEquals aws:PrincipalArn=OperatorRole, TaskRole",
  "QueueCollectorQueuePolicy: Deny * sqs:* on QueueCollectorQueue if aws:SecureTransport=false",
  "QueueCollectorQueuePolicy: Allow sns.amazonaws.com sqs:SendMessage on QueueCollectorQueue if aws:SourceArn=QueueCollectorTopic",
  "QueueCollectorDeadLetterQueuePolicy: Deny * sqs:* on QueueCollectorDeadLetterQueue if aws:SecureTransport=false",
  "QueueCollectorDeadLetterQueuePolicy: Allow sns.amazonaws.com sqs:SendMessage on QueueCollectorDeadLetterQueue if aws:SourceArn=QueueCollectorTopic",
  "QueueCollectorTopicPolicy: Deny * sns:Publish on QueueCollectorTopic if aws:SecureTransport=false",
  "MonitoringAlarmTopicPolicy: Deny * sns:Publish on MonitoringAlarmTopic if aws:SecureTransport=false",
  "MonitoringAlarmTopicPolicy: Allow cloudwatch.amazonaws.com sns:Publish on MonitoringAlarmTopic if aws:SourceAccount=AccountId",
  "MonitoringAlarmTopicKey: Allow arn:Partition:iam::AccountId:root kms:* on *",
  "MonitoringAlarmTopicKey: Allow cloudwatch.amazonaws.com kms:Decrypt kms:GenerateDataKey* on *",
];

/** Every statement that allows something on more than a resource named in full, and why that is right. */
const wideResources: Readonly<Record<string, string>> = {
  "s3:PutObject": "an object is named after the hash of its content",
  "s3:GetObject s3:PutObject": "an object is named after the hash of its content",
  "s3:DeleteObject s3:GetObject": "a message is kept under the hash of its content",
  "cloudformation:DescribeStacks cloudformation:GetTemplate": "the id behind a stack's name is not known",
  "cloudwatch:DescribeAlarms cloudwatch:GetMetricData logs:DescribeLogGroups logs:GetQueryResults":
    "those that get something take no resource, those that describe none by its name",
  "logs:StartQuery": "CloudFormation makes the end of a log group's name",
  "ecr:GetAuthorizationToken": "the action takes no resource",
  "ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:UnassignPrivateIpAddresses":
    "Lambda makes network interfaces before their names are known",
  "kms:*": "in a key's own policy, * is that key; without this statement nobody could ever change it",
  "kms:Decrypt kms:GenerateDataKey*": "in a key's own policy, * is that key",
};

/** Each role has the rights listed, no more and no fewer; nothing is reached without TLS. */
export function accessViolations({ collector, udp }: Deployment): readonly string[] {
  const found = [collector, udp].flatMap((template) => statementsOf(template, (type) => type !== endpointType));
  const lines = found.map(({ line }) => line);
  return [
    ...expected.filter((line) => !lines.includes(line)).map((line) => `missing: ${line}`),
    ...lines.filter((line) => !expected.includes(line)).map((line) => `not allowed: ${line}`),
    ...found
      .filter(({ effect, actions, resources }) => {
        return (
          effect === "Allow" && resources.some((name) => name.endsWith("*")) && wideResources[actions] === undefined
        );
      })
      .map(({ line }) => `wide without a reason: ${line}`),
  ];
}

/** Their policies are another promise's. */
export const endpointType = "AWS::EC2::VPCEndpoint";

/** Every statement about resources of these types, in words. */
export function statementsOf(template: Template, isWanted: (type: string) => boolean) {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => isWanted(Type))
    .flatMap(([id, { Properties }]) =>
      [...statementListsOf(Properties), ...writtenOut(Properties)].flatMap((statements) =>
        statements.map((one) => described(plainId(id), one)),
      ),
    );
}

/** The statements of a log's policy, which is a text. */
function writtenOut(properties: unknown): readonly unknown[][] {
  const text = textOf(at(properties, "PolicyDocument"));
  if (!text.startsWith('{"Statement"') || statementListsOf(properties).length > 0) return [];
  const statements: unknown = at(JSON.parse(text), "Statement");
  return Array.isArray(statements) ? [statements] : [];
}

/** The lists of statements among a resource's properties, for whoever wants to look or to delete. */
export function statementListsOf(properties: unknown): readonly unknown[][] {
  return ["AssumeRolePolicyDocument", "PolicyDocument", "KeyPolicy", "ResourcePolicy"]
    .map((name) => at(properties, name, "Statement"))
    .filter((statements) => Array.isArray(statements));
}

function described(owner: string, statement: unknown) {
  const effect = String(at(statement, "Effect"));
  const actions = list(at(statement, "Action")).map(String).join(" ");
  const resources = list(at(statement, "Resource")).map(textOf);
  const principal = Object.values(at(statement, "Principal") ?? {})
    .map((names) => list(names).map(textOf).join(" "))
    .join("");
  const on = resources.length === 0 ? "" : `on ${resources.join(", ")}`;
  const conditions = Object.entries(at(statement, "Condition") ?? {}).flatMap(([operator, test]) =>
    Object.entries(test ?? {}).map(([key, value]) => {
      if (operator === "Null" && value === "false") return `if ${key} is there`;
      if (operator === "Null" && value === "true") return `if ${key} is absent`;
      const negated = operator.includes("Not") ? `${operator} ` : "";
      return `if ${negated}${key}=${list(value).map(textOf).join(", ")}`;
    }),
  );
  const line = [`${owner}:`, effect, principal, actions, on, ...conditions].filter((part) => part !== "").join(" ");
  return { line, effect, actions, resources };
}
