import { RemovalPolicy } from "aws-cdk-lib";
import { type IMetric, MathExpression, type MathExpressionOptions } from "aws-cdk-lib/aws-cloudwatch";
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { CANARY_METER, canaryResource } from "../sample/canary.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import {
  FORMAT_KEY,
  keyNames,
  meterIndex,
  projectIndex,
  resourcePartition,
  samplePartition,
  TTL_ATTRIBUTE,
} from "../storage/dynamodb/layout/keys.ts";
import { mayGo } from "./may-go.ts";

export interface SampleTablesProps {
  /** Days that a sample is kept, counted from its own time. @default - for ever */
  readonly retentionDays?: number | undefined;
  /** The tables refuse to be deleted, whoever asks. @default true */
  readonly deletionProtection?: boolean;
}

/** The two tables that `createTables` makes on a laptop, with what an account adds to them. */
export class SampleTables extends Construct {
  /** Samples and events. */
  readonly samples: Table;
  /** Metadata versions, meters and projects. */
  readonly resources: Table;
  readonly #retentionDays: number | undefined;

  constructor(scope: Construct, id: string, props: SampleTablesProps = {}) {
    super(scope, id);
    this.#retentionDays = props.retentionDays;
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    const tableProps = {
      partitionKey: text(keyNames.partition),
      sortKey: text(keyNames.sort),
      // One write unit per sample, and nobody has to guess how many samples there will be.
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // AWS's managed key: of the two kinds that need no looking after, the one whose use shows in CloudTrail.
      encryption: TableEncryption.AWS_MANAGED,
      timeToLiveAttribute: TTL_ATTRIBUTE,
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    };
    this.samples = new Table(this, "Samples", tableProps);
    this.resources = new Table(this, "Resources", tableProps);
    mayGo(this.samples, this.resources);
    for (const { name, partition } of [projectIndex, meterIndex]) {
      this.resources.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: text(partition),
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
  }

  /** The URL that `openStorage` takes. */
  get url(): string {
    const retention = this.#retentionDays === undefined ? "" : `&retention_days=${this.#retentionDays}`;
    return `dynamodb://${this.samples.tableName}?resources=${this.resources.tableName}${retention}`;
  }

  /** Exactly the calls that the driver's `prepare` and `record` make. Of all items, one can be read: the tables' format, which is looked for in both. */
  grantWrite(grantee: IGrantable): void {
    const { samples, resources } = this;
    Grant.addToPrincipal({
      grantee,
      actions: ["dynamodb:BatchGetItem"],
      resourceArns: [samples.tableArn, resources.tableArn],
      conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": [FORMAT_KEY] } },
    });
    grant(grantee, ["dynamodb:BatchWriteItem"], samples.tableArn, resources.tableArn);
    // With retention, what samples point to may only ever expire later: that takes a condition.
    if (this.#retentionDays !== undefined) grant(grantee, ["dynamodb:UpdateItem"], resources.tableArn);
  }

  /** Exactly the calls that the driver's `samples`, `conflicts` and `events` make. */
  grantRead(grantee: IGrantable): void {
    const { samples, resources } = this;
    const indexes = [projectIndex, meterIndex].map(({ name }) => `${resources.tableArn}/index/${name}`);
    grant(grantee, ["dynamodb:Query"], samples.tableArn, resources.tableArn, ...indexes);
    grant(grantee, ["dynamodb:BatchGetItem"], resources.tableArn);
    // All that there is to read stands under its meter as well.
    grant(grantee, ["dynamodb:Scan"], samples.tableArn, `${resources.tableArn}/index/${meterIndex.name}`);
  }

  /** Finding the canary's samples of these listeners, and nobody else's: of either table it sees its own partitions. */
  grantFind(grantee: IGrantable, listeners: readonly ListenerName[]): void {
    const resources = listeners.map(canaryResource);
    const own = (action: string, table: Table, keys: readonly string[]) =>
      Grant.addToPrincipal({
        grantee,
        actions: [action],
        resourceArns: [table.tableArn],
        conditions: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": keys } },
      });
    own(
      "dynamodb:Query",
      this.samples,
      resources.map((resource) => samplePartition(CANARY_METER, resource)),
    );
    own("dynamodb:BatchGetItem", this.resources, [FORMAT_KEY, ...resources.map(resourcePartition)]);
  }

  /** The calls that the driver's `settle` makes beside reading. */
  grantSettle(grantee: IGrantable): void {
    grant(grantee, ["dynamodb:BatchWriteItem"], this.resources.tableArn);
  }

  /** Writes that DynamoDB refused for being too many, in both tables and in the indexes, which hold up their table. */
  metricThrottledWrites(options?: MathExpressionOptions): IMetric {
    const throttled = (table: Table, index?: string) => {
      const metric = table.metric("WriteThrottleEvents", { statistic: "Sum" });
      if (index === undefined) return metric;
      return metric.with({ dimensionsMap: { ...metric.dimensions, GlobalSecondaryIndexName: index } });
    };
    return new MathExpression({
      // By SUM, as a figure that AWS gives only when it is not 0 would otherwise take the others with it.
      expression: "SUM([FILL(samples, 0), FILL(resources, 0), FILL(projects, 0), FILL(meters, 0)])",
      usingMetrics: {
        samples: throttled(this.samples),
        resources: throttled(this.resources),
        projects: throttled(this.resources, projectIndex.name),
        meters: throttled(this.resources, meterIndex.name),
      },
      label: "throttled writes",
      ...options,
    });
  }
}

/** Not the tables' own grants, which cover whatever index there is. */
function grant(grantee: IGrantable, actions: string[], ...resourceArns: string[]): void {
  Grant.addToPrincipal({ grantee, actions, resourceArns });
}
