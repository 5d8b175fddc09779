import { Duration } from "aws-cdk-lib";
import { MathExpression, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { METRIC_PERIOD } from "./collector-metric.ts";
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
      says: "Messages failed five times, or the topic could not hand them over; they are kept for a few days only",
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible(most),
    });
    new LossAlarm(this, "OldMessages", {
      ...target,
      says: `A message has waited for ${OLDEST_MESSAGE.toHours()} hour; after four days the queue deletes it`,
      metric: queue.metricApproximateAgeOfOldestMessage(most),
      above: OLDEST_MESSAGE.toSeconds(),
      periods: 5,
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
      says: `A spilled message has waited for ${OLDEST_MESSAGE.toHours()} hour; after four days the queue deletes it`,
      metric: spillQueue.queue.metricApproximateAgeOfOldestMessage(most),
      above: OLDEST_MESSAGE.toSeconds(),
      periods: 5,
    });
    new LossAlarm(this, "QueueMessagesFailed", {
      ...target,
      says: "Storage has been refusing samples from the queue; they are tried again up to five times",
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
      says: "Lambda has no room for the queue's function; each refusal may use up one of a message's five tries",
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
