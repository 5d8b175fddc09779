import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { LogCatalog } from "./log-catalog.ts";
import { SampleLog } from "./sample-log.ts";
import { SampleTables } from "./sample-tables.ts";

export interface SampleStorageProps {
  /** Names what a person types into SQL. */
  readonly stage: string;
  /** Keep samples in DynamoDB, each exactly once. @default true */
  readonly tables?: boolean;
  /** Keep samples in an S3 log, each at least once, for Athena. @default true */
  readonly log?: boolean;
  /** Days that samples are kept. @default - for ever */
  readonly retentionDays?: number | undefined;
  /** Tables refuse to be deleted, whoever asks. @default true */
  readonly deletionProtection?: boolean;
}

/** The storage of samples. Everything that holds some outlives the stack. */
export class SampleStorage extends Construct {
  readonly tables: SampleTables | undefined;
  readonly log: SampleLog | undefined;
  readonly catalog: LogCatalog | undefined;

  constructor(scope: Construct, id: string, props: SampleStorageProps) {
    super(scope, id);
    const { stage, tables = true, log = true } = props;
    if (!tables && !log) {
      throw new Error(`samples need tables or a log, got ${JSON.stringify({ tables, log })}: set one of them to true`);
    }
    if (tables) this.tables = new SampleTables(this, "Tables", props);
    if (log) {
      this.log = new SampleLog(this, "Log", props);
      this.catalog = new LogCatalog(this, "Catalog", { log: this.log, stage });
    }
  }

  /** The URLs that `openStorage` takes. */
  get url(): string {
    return [this.tables?.url, this.log?.url].filter((url) => url !== undefined).join(",");
  }

  /**
   * The rights that a collector needs to write. It may read the format alone; but it could replace and delete items, as
   * IAM knows no right for that apart from BatchWriteItem.
   */
  grantWrite(grantee: IGrantable): void {
    this.tables?.grantWrite(grantee);
    this.log?.grantWrite(grantee);
  }

  /** For those who read samples back. */
  grantRead(grantee: IGrantable): void {
    this.tables?.grantRead(grantee);
    this.log?.grantRead(grantee);
  }

  /** For those who settle conflicts, beside reading. */
  grantSettle(grantee: IGrantable): void {
    this.tables?.grantSettle(grantee);
    this.log?.grantSettle(grantee);
  }
}
