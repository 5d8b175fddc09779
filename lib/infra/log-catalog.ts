import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { CfnNamedQuery, CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { Construct } from "constructs";
import { deltaUsageQuery } from "./delta-usage-query.ts";
import { ANSWERS_FOLDER, logFolders, type SampleLog } from "./sample-log.ts";

export interface LogCatalogProps {
  readonly log: SampleLog;
  /** Names the database and the workgroup, which SQL can't do with generated names. */
  readonly stage: string;
}

/** The oldest day that is looked for: no publisher that signs is older. */
const FIRST_DAY = "2014-01-01";

/**
 * The wire's names (lib/storage/rows/record-row.ts) as columns. All are text: a volume is exact in its text alone, and an
 * object such as `resource_metadata` is its JSON, for `json_extract`.
 */
const columns = [
  "dialect",
  "time",
  "source",
  "counter_name",
  "counter_type",
  "counter_unit",
  "counter_volume",
  "user_id",
  "user_name",
  "project_id",
  "project_name",
  "resource_id",
  "timestamp",
  "resource_metadata",
  "message_id",
  "message_signature",
  "monotonic_time",
  "publisher_id",
] as const;

/** Lets Athena read the log: partitions follow from their names, so no crawler runs and a new hour is seen at once. */
export class LogCatalog extends Construct {
  readonly database: CfnDatabase;
  readonly table: CfnTable;
  readonly workGroup: CfnWorkGroup;
  readonly deltaUsage: CfnNamedQuery;

  constructor(scope: Construct, id: string, props: LogCatalogProps) {
    super(scope, id);
    const bucket = props.log.bucket.bucketName;
    const location = `s3://${bucket}/${logFolders.samples}`;
    const database = `countersign_${props.stage.replaceAll("-", "_")}`;
    const table = "samples";

    this.database = new CfnDatabase(this, "Database", {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: database, description: `Samples that Countersign recorded (${props.stage})` },
    });
    this.table = new CfnTable(this, "Samples", {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: database,
      tableInput: {
        name: table,
        tableType: "EXTERNAL_TABLE",
        parameters: {
          classification: "json",
          "projection.enabled": "true",
          "projection.dt.type": "date",
          "projection.dt.format": "yyyy-MM-dd",
          // A publisher's clock may be ahead of ours.
          "projection.dt.range": `${FIRST_DAY},NOW+1DAYS`,
          "projection.hour.type": "integer",
          "projection.hour.range": "0,23",
          "projection.hour.digits": "2",
          // Athena fills in what is in braces.
          "storage.location.template": `${location}dt=\${dt}/hour=\${hour}/`,
        },
        partitionKeys: [
          { name: "dt", type: "string" },
          { name: "hour", type: "string" },
        ],
        storageDescriptor: {
          location,
          columns: columns.map((name) => ({ name, type: "string" })),
          inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
          outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
          serdeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
        },
      },
    });
    this.table.addResourceDependency(this.database);
    this.workGroup = new CfnWorkGroup(this, "WorkGroup", {
      name: `countersign-${props.stage}`,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        // Otherwise a client's own settings could send answers elsewhere, unencrypted.
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: `s3://${bucket}/${ANSWERS_FOLDER}`,
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
    });
    this.deltaUsage = new CfnNamedQuery(this, "DeltaUsage", {
      name: "Usage of delta meters",
      description: "By project, resource and day over the last 31 days; every sample counts once",
      database,
      queryString: deltaUsageQuery(table),
      workGroup: this.workGroup.name,
    });
    this.deltaUsage.addResourceDependency(this.workGroup);
    this.deltaUsage.addResourceDependency(this.database);
    // They describe the log and hold nothing: a later stack makes them again over the retained bucket.
    for (const part of [this.database, this.table, this.workGroup]) part.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }
}
