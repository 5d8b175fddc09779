import { readFileSync } from "node:fs";
import type { Deployment } from "../template.ts";

const guide = readFileSync(new URL("../../../docs/deploy.md", import.meta.url), "utf8");

/** What a stack gives to people and commands, apart from what it gives to the other stack. */
const expected = {
  collector: [
    "AlarmTopicArn",
    "DeadLetterQueueUrl",
    "OperatorRoleArn",
    "QuarantineUrl",
    "QueueUrl",
    "SigningSecretArn",
    "SpillQueueUrl",
    "StorageUrl",
    "TopicArn",
  ],
  udp: ["PublisherAddress", "RouteTableIds", "SubnetIds", "VpcId"],
} as const;

/** Each command finds its URLs and ARNs among the outputs, and the guide says which is for what. */
export function outputViolations(deployment: Deployment): readonly string[] {
  return (["collector", "udp"] as const).flatMap((stack) => {
    const outputs = Object.entries(deployment[stack].Outputs ?? {});
    const found = outputs
      .filter(([name, { Export }]) => Export === undefined && !isReadByTheOther(name, deployment))
      .map(([name]) => name);
    return [
      ...expected[stack].filter((name) => !found.includes(name)).map((name) => `missing: ${name}`),
      ...found
        .filter((name) => !guide.includes(`\`${name}\``))
        .map((name) => `docs/deploy.md does not explain ${name}`),
    ];
  });
}

function isReadByTheOther(name: string, { udp }: Deployment): boolean {
  return JSON.stringify(udp).includes(`"OutputName":"${name}"`);
}
