import { ArnFormat, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import type { IBaseService } from "aws-cdk-lib/aws-ecs";
import { Rule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup, ResourcePolicy, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

export interface FailedDeploymentsProps {
  readonly service: IBaseService;
  readonly stage: string;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
}

/** Deployments that ECS gave up and rolled back, each an event with its reason in a log group of their own. */
export class FailedDeployments extends Construct {
  readonly #rule: Rule;

  constructor(scope: Construct, id: string, props: FailedDeploymentsProps) {
    super(scope, id);
    const log = new LogGroup(this, "Log", {
      // EventBridge writes to groups below this name; to others, not everywhere.
      logGroupName: `/aws/events/countersign-${props.stage}-deployments`,
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const policy = new ResourcePolicy(this, "Policy", {
      policyStatements: [
        new PolicyStatement({
          principals: [
            new ServicePrincipal("events.amazonaws.com"),
            new ServicePrincipal("delivery.logs.amazonaws.com"),
          ],
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [log.logGroupArn],
        }),
      ],
    });
    this.#rule = new Rule(this, "Rule", {
      description: "Countersign: deployments of tasks that were rolled back",
      eventPattern: {
        source: ["aws.ecs"],
        detailType: ["ECS Deployment State Change"],
        resources: [props.service.serviceArn],
        detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
      },
      // Not CDK's own target for log groups, which brings a function along to write the policy.
      targets: [{ bind: () => ({ arn: arnOf(log) }) }],
    });
    this.#rule.node.addDependency(policy);
  }

  metric(options?: MetricOptions): Metric {
    return new Metric({
      namespace: "AWS/Events",
      metricName: "TriggeredRules",
      dimensionsMap: { RuleName: this.#rule.ruleName },
      statistic: "Sum",
      period: Duration.minutes(1),
      ...options,
    });
  }
}

/** Without the `:*` at the end, which is in the ARN that CloudFormation gives. */
function arnOf(log: LogGroup): string {
  return Stack.of(log).formatArn({
    service: "logs",
    resource: "log-group",
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: log.logGroupName,
  });
}
