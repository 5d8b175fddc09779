import { at, type Deployment, list, resourcesOf, textOf } from "../template.ts";

const DAY_SECONDS = 86_400;

/** A message is tried several times, never by two at once, and set aside rather than lost; a good one is not tried again for a bad neighbour. */
export function queueViolations({ collector }: Deployment): readonly string[] {
  const only = (type: string) => resourcesOf(collector, type)[0]?.[1].Properties;
  const handler = only("AWS::Lambda::Function");
  const source = only("AWS::Lambda::EventSourceMapping");
  const subscription = only("AWS::SNS::Subscription");
  const queues = new Map(
    resourcesOf(collector, "AWS::SQS::Queue").map(([id, { Properties }]) => [textOf({ Ref: id }), Properties]),
  );
  const queue = queues.get("QueueCollectorQueue");
  const deadLetters = queues.get("QueueCollectorDeadLetterQueue");
  const window = Number(at(source, "MaximumBatchingWindowInSeconds"));
  const visible = 6 * Number(at(handler, "Timeout")) + window;
  const held: readonly (readonly [promise: string, kept: boolean])[] = [
    ["failed messages go to the dead letters", deadLetterOf(queue) === "QueueCollectorDeadLetterQueue"],
    ["after five tries", at(queue, "RedrivePolicy", "maxReceiveCount") === 5],
    ["dead letters stay for 14 days", at(deadLetters, "MessageRetentionPeriod") === 14 * DAY_SECONDS],
    ["ten days longer than messages", at(queue, "MessageRetentionPeriod") === 4 * DAY_SECONDS],
    [`messages are hidden for at least ${visible} s`, Number(at(queue, "VisibilityTimeout")) >= visible],
    ["the function empties the queue", textOf(at(source, "EventSourceArn")) === "QueueCollectorQueue"],
    ["partial batches", list(at(source, "FunctionResponseTypes")).includes("ReportBatchItemFailures")],
    ["a large batch has a window", Number(at(source, "BatchSize")) <= 10 || window >= 1],
    ["concurrency is bounded", Number(at(source, "ScalingConfig", "MaximumConcurrency")) >= 2],
    ["the topic hands over to the queue", textOf(at(subscription, "Endpoint")) === "QueueCollectorQueue"],
    ["and what it can't, to the dead letters", deadLetterOf(subscription) === "QueueCollectorDeadLetterQueue"],
    ["without an envelope", at(subscription, "RawMessageDelivery") === true],
    ["Node 24", at(handler, "Runtime") === "nodejs24.x"],
    ["on arm64", at(handler, "Architectures", 0) === "arm64"],
    ["logs go where retention is set", textOf(at(handler, "LoggingConfig", "LogGroup")) === "QueueCollectorLog"],
  ];
  return held.filter(([, kept]) => !kept).map(([promise]) => `not kept: ${promise}`);
}

function deadLetterOf(properties: unknown): string {
  return textOf(at(properties, "RedrivePolicy", "deadLetterTargetArn"));
}
