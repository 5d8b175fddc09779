/** Rights of one role that our own code never uses, and who uses them. */
export interface Exception {
  readonly role: string;
  readonly actions: readonly string[];
  /** Words of each resource; one right for each of these and each action. */
  readonly on: readonly string[];
  readonly usedBy: string;
}

const ownLog = ["logs:CreateLogStream", "logs:PutLogEvents"];
const network = [
  ...["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface"],
  ...["AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"],
].map((action) => `ec2:${action}`);

const queues = ["queuecollectorqueue", "queuecollectorspillqueue"];

/** Rights that our own code never uses. */
export const exceptions: readonly Exception[] = [
  {
    role: "QueueCollectorRole",
    actions: ownLog,
    on: ["QueueCollectorLog"],
    usedBy: "Lambda, which writes what the function prints",
  },
  {
    role: "QueueCollectorRole",
    actions: ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"],
    on: queues,
    usedBy: "Lambda, which takes the messages for the function",
  },
  {
    role: "QueueCollectorRole",
    actions: ["sqs:GetQueueUrl"],
    on: queues,
    usedBy: "nobody: CDK's event source grants it with the others, and it says no more than the name that one has",
  },
  {
    role: "QueueCanaryRole",
    actions: ownLog,
    on: ["QueueCanaryLog"],
    usedBy: "Lambda, which writes what the function prints",
  },
  {
    role: "SocketCanarySenderRole",
    actions: ownLog,
    on: ["SocketCanarySenderLog"],
    usedBy: "Lambda, which writes what the function prints",
  },
  {
    role: "SocketCanarySenderRole",
    actions: network,
    on: ["*"],
    usedBy: "Lambda, which puts the function into the VPC",
  },
  {
    role: "UdpCollectorTaskExecutionRole",
    actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    on: ["container-assets"],
    usedBy: "ECS, which fetches the image",
  },
  {
    role: "UdpCollectorTaskExecutionRole",
    actions: ["ecr:GetAuthorizationToken"],
    on: ["*"],
    usedBy: "ECS, which fetches the image",
  },
  {
    role: "UdpCollectorTaskExecutionRole",
    actions: ownLog,
    on: ["UdpCollectorLog"],
    usedBy: "ECS, which writes what a task prints",
  },
  {
    role: "UdpCollectorNetworkVpcRefusedIAMRole",
    actions: [...ownLog, "logs:DescribeLogStreams"],
    on: ["RefusedFlows"],
    usedBy: "the VPC, which writes its flow log",
  },
];
