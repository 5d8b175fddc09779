import { Duration, type Stack } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { QuarantineBucket } from "../../lib/infra/quarantine-bucket.ts";
import { SampleStorage } from "../../lib/infra/sample-storage.ts";
import { SigningSecret } from "../../lib/infra/signing-secret.ts";
import { SpillQueue } from "../../lib/infra/spill-queue.ts";
import { UdpCollector, type UdpCollectorProps } from "../../lib/infra/udp-collector.ts";

export type UdpCollectorChanges = (stack: Stack) => Partial<UdpCollectorProps>;

/** A socket side in a stack by itself, with the parts that the other stack has, and without a bundled function. */
export function addUdpCollector(stack: Stack, changes: UdpCollectorChanges = () => ({})): UdpCollector {
  return new UdpCollector(stack, "UdpCollector", {
    settings: {
      stage: "test",
      dialects: ["py3"],
      extraFields: [],
      keyCacheSeconds: 300,
      timeWindow: true,
      legacyListeners: ["udp", "tcp"],
    },
    storage: new SampleStorage(stack, "Storage", { stage: "test" }),
    secret: new SigningSecret(stack, "Secret"),
    quarantine: new QuarantineBucket(stack, "Quarantine"),
    spillQueue: new SpillQueue(stack, "Spill", {
      deadLetterQueue: new Queue(stack, "DeadLetters"),
      maxReceiveCount: 5,
      visibilityTimeout: Duration.minutes(3),
    }),
    taskRole: new Role(stack, "TaskRole", { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") }),
    clientCidrs: ["10.0.0.0/8", "192.168.7.0/24"],
    ...changes(stack),
  });
}
