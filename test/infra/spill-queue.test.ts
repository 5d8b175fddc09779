import { Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, it } from "vitest";
import { SpillQueue } from "../../lib/infra/spill-queue.ts";
import { emptyApp } from "./synthesized.ts";
import { at, list, textOf } from "./template.ts";

/** @param senders names of roles */
function spillQueue(...senders: readonly string[]): Template {
  const stack = new Stack(emptyApp(), "Test");
  const spill = new SpillQueue(stack, "Spill", {
    deadLetterQueue: new Queue(stack, "DeadLetters"),
    maxReceiveCount: 5,
    visibilityTimeout: Duration.minutes(3),
  });
  for (const sender of senders) {
    spill.grantSend(new Role(stack, sender, { assumedBy: new ServicePrincipal("ec2.amazonaws.com") }));
  }
  return Template.fromStack(stack);
}

/** The statement about who may send. */
function refusal(...senders: readonly string[]) {
  const statement = Object.values(spillQueue(...senders).findResources("AWS::SQS::QueuePolicy"))
    .flatMap((policy) => list(at(policy, "Properties", "PolicyDocument", "Statement")))
    .find((one) => at(one, "Sid") === "NobodyElseSends");
  return {
    effect: at(statement, "Effect"),
    action: at(statement, "Action"),
    principal: at(statement, "Principal"),
    conditions: Object.keys(at(statement, "Condition") ?? {}),
    unless: list(at(statement, "Condition", "ArnNotEquals", "aws:PrincipalArn")).map(textOf),
  };
}

describe("the spill queue", () => {
  const everybody = { effect: "Deny", action: "sqs:SendMessage", principal: { AWS: "*" } };

  it("takes messages from nobody at first", () => {
    expect(refusal()).toEqual({ ...everybody, conditions: [], unless: [] });
  });

  it("takes messages from the roles that were granted it, and from nobody else", () => {
    expect(refusal("Tasks", "Operator")).toEqual({
      ...everybody,
      conditions: ["ArnNotEquals"],
      unless: ["Tasks", "Operator"],
    });
  });

  it("takes no other queue's dead letters, which SQS would move past its policy", () => {
    const queues = spillQueue().findResources("AWS::SQS::Queue", {
      Properties: { RedriveAllowPolicy: { redrivePermission: "denyAll" } },
    });
    expect(Object.keys(queues).map((id) => id.replace(/[0-9A-F]{8}$/, ""))).toEqual(["SpillQueue"]);
  });
});
