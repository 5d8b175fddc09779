import { Aws, RemovalPolicy } from "aws-cdk-lib";
import { CfnNamedQuery, type CfnNamedQueryProps, CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { CfnDatabase, CfnTable } from "aws-cdk-lib/aws-glue";
import { Construct } from "constructs";
import { fieldNames } from "../sample/message.ts";
import { conflictsQuery, sharedSignaturesQuery } from "./conflict-queries.ts";
import { deltaUsageQuery } from "./delta-usage-query.ts";
import { ANSWERS_FOLDER, logFolders, type SampleLog, SETTLEMENTS_FOLDER } from "./sample-log.ts";

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
const sampleColumns = ["format", "dialect", "time", ...fieldNames.sample, "message_signature", "content"];

/** The columns of a settlement, as lib/storage/settlement.ts writes it. */
const settlementColumns = [
  "counter_name",
  "resource_id",
  "time",
  "message_id",
  "content",
  "project_id",
  "user_id",
  "counter_type",
  "counter_unit",
  "counter_volume",
  "reason",
  "settled_by",
  "settled_at",
] as const;

/** By day, as folders are named. */
const dayProjection = {
  "projection.enabled": "true",
  "projection.dt.type": "date",
  "projection.dt.format": "yyyy-MM-dd",
  // A publisher's clock may be ahead of ours.
  "projection.dt.range": `${FIRST_DAY},NOW+1DAYS`,
};

const hourProjection = {
  "projection.hour.type": "integer",
  "projection.hour.range": "0,23",
  "projection.hour.digits": "2",
};

interface JsonTable {
  readonly name: string;
  readonly location: string;
  readonly columns: readonly string[];
  readonly partitions: readonly string[];
  readonly projection: Readonly<Record<string, string>>;
}

/** Lets Athena read the log: partitions follow from their names, so no crawler runs and a new hour is seen at once. */
export class LogCatalog extends Construct {
  readonly database: CfnDatabase;
  readonly table: CfnTable;
  readonly settlements: CfnTable;
  readonly workGroup: CfnWorkGroup;
  readonly queries: readonly CfnNamedQuery[];

  constructor(scope: Construct, id: string, props: LogCatalogProps) {
    super(scope, id);
    const bucket = props.log.bucket.bucketName;
    const database = `countersign_${props.stage.replaceAll("-", "_")}`;

    this.database = new CfnDatabase(this, "Database", {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: database, description: `Samples that Countersign recorded (${props.stage})` },
    });
    this.table = this.#jsonTable("Samples", database, {
      name: "samples",
      location: `s3://${bucket}/${logFolders.samples}`,
      columns: sampleColumns,
      partitions: ["dt", "hour"],
      projection: { ...dayProjection, ...hourProjection },
    });
    this.settlements = this.#jsonTable("Settlements", database, {
      name: "settlements",
      location: `s3://${bucket}/${SETTLEMENTS_FOLDER}`,
      columns: settlementColumns,
      partitions: ["dt"],
      projection: dayProjection,
    });
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
    this.queries = [
      this.#savedQuery("DeltaUsage", database, {
        name: "Usage of delta meters",
        description: "By project, resource and day over the last 31 days; every sample counts once",
        queryString: deltaUsageQuery("samples", "settlements"),
      }),
      this.#savedQuery("Conflicts", database, {
        name: "Conflicts",
        description: "Samples of which several contents that bill otherwise are stored, unsettled ones first",
        queryString: conflictsQuery("samples", "settlements"),
      }),
      this.#savedQuery("SharedSignatures", database, {
        name: "Signatures with two identities",
        description: "Legacy messages that were cut into other fields: one signature, several samples",
        queryString: sharedSignaturesQuery("samples"),
      }),
    ];
    // They describe the log and hold nothing: a later stack makes them again over the retained bucket.
    const parts = [this.database, this.table, this.settlements, this.workGroup];
    for (const part of parts) part.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }

  #jsonTable(id: string, database: string, { name, location, columns, partitions, projection }: JsonTable): CfnTable {
    const text = (column: string) => ({ name: column, type: "string" });
    const table = new CfnTable(this, id, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: database,
      tableInput: {
        name,
        tableType: "EXTERNAL_TABLE",
        parameters: {
          classification: "json",
          ...projection,
          // Athena fills in what is in braces.
          "storage.location.template": location + partitions.map((part) => `${part}=\${${part}}/`).join(""),
        },
        partitionKeys: partitions.map(text),
        storageDescriptor: {
          location,
          columns: columns.map(text),
          inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
          outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
          serdeInfo: { serializationLibrary: "org.openx.data.jsonserde.JsonSerDe" },
        },
      },
    });
    table.addResourceDependency(this.database);
    return table;
  }

  #savedQuery(
    id: string,
    database: string,
    query: Pick<CfnNamedQueryProps, "name" | "description" | "queryString">,
  ): CfnNamedQuery {
    const saved = new CfnNamedQuery(this, id, { ...query, database, workGroup: this.workGroup.name });
    saved.addResourceDependency(this.workGroup);
    saved.addResourceDependency(this.database);
    return saved;
  }
}
