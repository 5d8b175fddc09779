import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** The topic that a stack's alarms go to, and the runbook that they send the reader to. */
export interface AlarmTarget {
  readonly topic: ITopic;
  /** @default "docs/runbook.md", in the repository */
  readonly runbookUrl?: string;
}

export interface LossAlarmProps extends AlarmTarget {
  readonly metric: IMetric;
  /** The first thing that a person who is woken by it has to know. */
  readonly says: string;
  /** Alarms above this. @default 0, unless `below` is given */
  readonly above?: number;
  /** Alarms below this. */
  readonly below?: number;
  /** In how many of the metric's periods, one after another. @default 1 */
  readonly periods?: number;
  /** @default TreatMissingData.NOT_BREACHING, as a figure that counts losses is silent when there are none */
  readonly missing?: TreatMissingData;
  /**
   * In the place of `missing`: the figure has to go on coming once it has come. Where it ends, the alarm goes over to
   * INSUFFICIENT_DATA, and tells. It begins in that state, so that it is quiet until the first figure.
   */
  readonly silence?: "rings once there was a figure";
}

/** An alarm on one way of losing samples. Its id, as words, is a heading of the runbook: `DeadLetters`, `#dead-letters`. */
export class LossAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: LossAlarmProps) {
    const { says, runbookUrl = "docs/runbook.md", below, above = 0, periods = 1 } = props;
    const isTold = props.silence !== undefined;
    super(scope, id, {
      metric: props.metric,
      alarmDescription: `${says}\nRunbook: ${runbookUrl}#${anchorOf(id)}`,
      threshold: below ?? above,
      comparisonOperator:
        below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: isTold ? TreatMissingData.MISSING : (props.missing ?? TreatMissingData.NOT_BREACHING),
    });
    const action = new SnsAction(props.topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
    if (isTold) this.addInsufficientDataAction(action);
  }
}

function anchorOf(id: string): string {
  return id.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase();
}
