import { Duration } from "aws-cdk-lib";
import { type IMetric, MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { QueueRole } from "../ledger/metrics.ts";
import { METRIC_PERIOD, unstoredAgeMetric } from "./collector-metric.ts";
import { type AlarmTarget, LossAlarm } from "./loss-alarm.ts";
import type { QueueCollector } from "./queue-collector.ts";
import { FEWEST_REJECTED, rejectedShare } from "./rejected-share.ts";
import type { SampleStorage } from "./sample-storage.ts";

export interface QueueMonitoringProps extends AlarmTarget {
  readonly stage: string;
  readonly queueCollector: QueueCollector;
  readonly storage: SampleStorage;
}

/** Above it, publishers have another secret or send something else: single bad messages are the world's noise. */
export const REJECTED_PERCENT = 5;

/** A producer that sends every five minutes has sent enough by then to be told from noise. */
const QUEUE_SHARE_PERIOD = Duration.hours(1);

/** Lambda's pollers ask every 20 seconds at the latest. */
const POLL_PERIOD = Duration.minutes(5);

/** The age of a queue's oldest message that alarms; either queue keeps one for four days. */
const OLDEST_MESSAGE = Duration.hours(1);

/** Longer than a message is hidden after a failure: so long one that failed may not be heard of. */
const AGE_PERIOD = Duration.minutes(15);

/** One alarm for each way in which a sample can be lost between a topic and a table. */
export class QueueMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: QueueMonitoringProps) {
    super(scope, id);
    const { stage, queueCollector, storage, topic, runbookUrl } = props;
    const target = { topic, ...(runbookUrl !== undefined && { runbookUrl }) };
    const { queue, spillQueue, deadLetterQueue, function: handler } = queueCollector;
    const sum = { statistic: "Sum", period: METRIC_PERIOD };
    const most = { statistic: "Maximum", period: METRIC_PERIOD };

    new LossAlarm(this, "DeadLetters", {
      ...target,
      says: "Messages failed for days or ended the function, or the topic could not hand them over; they are kept for a few days only",
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(most),
    });
    new LossAlarm(this, "OldMessages", {
      ...target,
      says: `A message has waited for ${OLDEST_MESSAGE.toHours()} hour to be stored; after four days the queue deletes it`,
      metric: oldest(stage, "queue", queue),
      above: OLDEST_MESSAGE.toSeconds(),
    });
    new LossAlarm(this, "QueueNotRead", {
      ...target,
      says: "Nobody asks the queue or the spill queue for messages: an event source is switched off, perhaps",
      // Lambda asks all the time, also an empty queue: only a source that is off or broken is silent.
      metric: new MathExpression({
        expression: "MIN([queued + emptyQueue, spilled + emptySpill])",
        usingMetrics: {
          queued: queue.metricNumberOfMessagesReceived({ statistic: "Sum" }),
          emptyQueue: queue.metricNumberOfEmptyReceives({ statistic: "Sum" }),
          spilled: spillQueue.queue.metricNumberOfMessagesReceived({ statistic: "Sum" }),
          emptySpill: spillQueue.queue.metricNumberOfEmptyReceives({ statistic: "Sum" }),
        },
        label: "calls",
        period: POLL_PERIOD,
      }),
      below: 1,
      periods: 3,
      // SQS has figures of a new queue only after minutes, and none of one that nobody has used for six hours.
      missing: TreatMissingData.IGNORE,
    });
    new LossAlarm(this, "SpillOld", {
      ...target,
      says: `A spilled message has waited for ${OLDEST_MESSAGE.toHours()} hour to be stored; after four days the queue deletes it`,
      metric: oldest(stage, "spillQueue", spillQueue.queue),
      above: OLDEST_MESSAGE.toSeconds(),
    });
    new LossAlarm(this, "QueueMessagesFailed", {
      ...target,
      says: "Storage has been refusing samples from the queue; they are tried again for two days and a half",
      metric: queueCollector.metric("MessagesFailed"),
      periods: 5,
    });
    new LossAlarm(this, "QueueMessagesRejected", {
      ...target,
      says: `More than ${REJECTED_PERCENT} % of the queue's messages, and at least ${FEWEST_REJECTED}, hold something that can never be recorded`,
      metric: rejectedShare(stage, ["queue"], QUEUE_SHARE_PERIOD),
      above: REJECTED_PERCENT,
    });
    new LossAlarm(this, "FunctionErrors", {
      ...target,
      says: "The queue's function does not start, ran out of time or broke off",
      metric: handler.metricErrors(sum),
      periods: 3,
    });
    new LossAlarm(this, "FunctionThrottles", {
      ...target,
      says: "Lambda has no room for the queue's function; each refusal may use up one of a message's 500 receipts",
      metric: handler.metricThrottles(sum),
      periods: 5,
    });
    new LossAlarm(this, "TopicFailures", {
      ...target,
      says: "The topic could not hand messages over to the queue",
      metric: queueCollector.topic.metricNumberOfNotificationsFailed(sum),
    });
    if (storage.tables !== undefined) {
      new LossAlarm(this, "ThrottledWrites", {
        ...target,
        says: "DynamoDB has been refusing writes to a table or an index for being too many",
        metric: storage.tables.metricThrottledWrites({ period: METRIC_PERIOD }),
        periods: 5,
      });
    }
  }
}

/** The age of a queue's oldest message, whether it waits for its first receipt or is tried again and again. */
function oldest(stage: string, role: QueueRole, queue: Queue): IMetric {
  return new MathExpression({
    expression: "MAX([FILL(waiting, 0), FILL(unstored, 0)])",
    usingMetrics: {
      // SQS leaves out what was received three times or more.
      waiting: queue.metricApproximateAgeOfOldestMessage({ statistic: "Maximum", period: AGE_PERIOD }),
      unstored: unstoredAgeMetric(stage, role, { period: AGE_PERIOD }),
    },
    label: "age of the oldest message, seconds",
    period: AGE_PERIOD,
  });
}
