import { Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { type IMetric, MathExpression, type MathExpressionOptions } from "aws-cdk-lib/aws-cloudwatch";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { toCanaryEnvironment } from "../canary/canary-settings.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import type { JudgingSettings } from "./collector-environment.ts";
import { canaryMetric } from "./collector-metric.ts";
import { functionCode, functionVariables } from "./function-code.ts";
import { dualStackVariables } from "./network-kind.ts";
import type { SampleTables } from "./sample-tables.ts";
import type { SigningSecret } from "./signing-secret.ts";

export interface CanaryProps {
  readonly settings: JudgingSettings;
  /** Where its samples are looked for. */
  readonly tables: SampleTables;
  /** What it signs with. */
  readonly secret: SigningSecret;
  /** Where it sends a sample each, in URLs that tell the listener: `udp://HOST:PORT`, `tcp://HOST:PORT`, a queue's. */
  readonly to: Partial<Record<ListenerName, string>>;
  /** How long a collector may wait by itself for more samples. @default none */
  readonly collectorWaits?: Duration;
  /** Where it can reach them from. @default outside of any VPC */
  readonly network?: CanaryNetwork;
  /** @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
}

export interface CanaryNetwork {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
  /** The subnets have IPv6 networks as well, by which AWS is called. */
  readonly isDualStack: boolean;
}

/** Three runs in the quarter of an hour that an alarm on silence looks at, and none near its borders. */
const CANARY_SCHEDULE = "cron(2/5 * * * ? *)";

/** As often as it runs. */
const PERIOD = Duration.minutes(5);

/** From a sender to where it is read back: some seconds; beyond a minute somebody should look. */
const WITHIN = Duration.seconds(60);

/** For the keys, which are read before, and for closing afterwards. */
const BESIDE = Duration.seconds(30);

/** What Lambda does with the role to put a function into a VPC. None of it takes a resource that is known before. */
const networkActions = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/** A scheduled function that sends signed samples as a publisher does, and looks for each in storage. */
export class Canary extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;
  /** That calls it. */
  readonly rule: Rule;
  readonly listeners: readonly ListenerName[];
  readonly #stage: string;

  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { settings, tables, secret, to, collectorWaits = Duration.seconds(0), network, logRetention } = props;
    this.#stage = settings.stage;
    const ways = listenersOf(to);
    this.listeners = ways.map(([listener]) => listener);
    const withinSeconds = WITHIN.toSeconds() + collectorWaits.toSeconds();
    const logGroup = new LogGroup(this, "Log", {
      retention: logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // A role of our own, because the one that CDK would make may write every log group of the account.
    this.role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(this.role);
    secret.grantRead(this.role);
    tables.grantFind(this.role, this.listeners);
    if (network !== undefined) this.#grantNetwork();
    this.function = new NodejsFunction(this, "Function", {
      ...functionCode("canary"),
      description: "Sends signed samples of its own, and looks for them in storage",
      memorySize: 256,
      timeout: Duration.seconds(withinSeconds + BESIDE.toSeconds()),
      role: this.role,
      logGroup,
      ...(network !== undefined && {
        vpc: network.vpc,
        vpcSubnets: network.subnets,
        securityGroups: [network.securityGroup],
        // Without it Lambda gives no IPv6 address.
        ...(network.isDualStack && { ipv6AllowedForDualStack: true }),
      }),
      environment: {
        ...toCanaryEnvironment({
          ...settings,
          storage: tables.url,
          secretArn: secret.arn,
          to: ways.map(([, url]) => url),
          withinSeconds,
        }),
        ...functionVariables,
        ...(network?.isDualStack && dualStackVariables),
      },
    });
    this.rule = new Rule(this, "Rule", {
      description: "Countersign: sends samples of its own, to see that they come through",
      schedule: Schedule.expression(CANARY_SCHEDULE),
      targets: [new LambdaFunction(this.function)],
    });
  }

  /** For each run, the most samples of one way that were lost: 1 also where the function broke off. No run, no figure. */
  metric(options?: MathExpressionOptions): IMetric {
    const lost = this.listeners.map((listener) => [listener, canaryMetric(this.#stage, listener)] as const);
    return new MathExpression({
      // Nothing is filled in, as a run that never was would look like a good one.
      expression: `MAX([${[...this.listeners, "errors"].join(", ")}])`,
      usingMetrics: { ...Object.fromEntries(lost), errors: this.function.metricErrors({ statistic: "Maximum" }) },
      label: "lost",
      period: PERIOD,
      ...options,
    });
  }

  #grantNetwork(): void {
    const common = { actions: networkActions, resources: ["*"] };
    this.role.addToPolicy(new PolicyStatement(common));
    // They are Lambda's to use. The key is there when the function's own code calls.
    const conditions = { Null: { "lambda:SourceFunctionArn": "false" } };
    this.role.addToPolicy(new PolicyStatement({ ...common, effect: Effect.DENY, conditions }));
    Validations.of(this.role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "Lambda makes network interfaces before their names are known; the function itself may not",
    });
  }
}

function listenersOf(to: CanaryProps["to"]): readonly (readonly [ListenerName, string])[] {
  const ways: (readonly [ListenerName, string])[] = [];
  for (const listener of ["queue", "udp", "tcp"] as const) {
    const url = to[listener];
    if (url !== undefined) ways.push([listener, url]);
  }
  return ways;
}
