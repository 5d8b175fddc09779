import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { mayGo } from "./may-go.ts";

/** A topic for the alarms of an owner who has none yet; they subscribe to it by hand. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const alarms = new ServicePrincipal("cloudwatch.amazonaws.com");
    // CloudWatch is not let in by AWS's own key for SNS, so encryption takes one of ours.
    const key = new Key(this, "Key", {
      description: "Countersign's alarms",
      enableKeyRotation: true,
      // Nothing is kept that it would be needed for.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.grant(alarms, "kms:Decrypt", "kms:GenerateDataKey*");
    this.topic = new Topic(this, "Topic", { displayName: "Countersign alarms", masterKey: key, enforceSSL: true });
    mayGo(this.topic);
    // A topic with a policy loses the one that let in the whole account.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsOfThisAccount",
        principals: [alarms],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
      }),
    );
  }
}
