import { mostReceipts } from "../../../lib/queue/invocation/retry-pauses.ts";
import { waitingDays } from "../../../lib/sample/time-window.ts";
import { messageLimits } from "../../../lib/wire/limits.ts";
import { at, type Deployment, list, resourcesOf, textOf } from "../template.ts";

const DAY_SECONDS = 86_400;

/** A message is tried several times, never by two at once, and set aside rather than lost; a good one is not tried again for a bad neighbour. */
export function queueViolations({ collector }: Deployment): readonly string[] {
  const only = (type: string) => resourcesOf(collector, type)[0]?.[1].Properties;
  const [, handler] =
    resourcesOf(collector, "AWS::Lambda::Function").find(([id]) => id.startsWith("QueueCollector")) ?? [];
  const sources = new Map(
    resourcesOf(collector, "AWS::Lambda::EventSourceMapping").map(([, { Properties }]) => [
      textOf(at(Properties, "EventSourceArn")),
      Properties,
    ]),
  );
  const source = sources.get("QueueCollectorQueue");
  const spillSource = sources.get("QueueCollectorSpillQueue");
  const subscription = only("AWS::SNS::Subscription");
  const queues = new Map(
    resourcesOf(collector, "AWS::SQS::Queue").map(([id, { Properties }]) => [textOf({ Ref: id }), Properties]),
  );
  const queue = queues.get("QueueCollectorQueue");
  const spill = queues.get("QueueCollectorSpillQueue");
  const deadLetters = queues.get("QueueCollectorDeadLetterQueue");
  const visible = (from: unknown) => 6 * Number(at(handler?.Properties, "Timeout")) + windowOf(from);
  const held: readonly (readonly [promise: string, kept: boolean])[] = [
    ["failed messages go to the dead letters", deadLetterOf(queue) === "QueueCollectorDeadLetterQueue"],
    ["after more than a day of tries", at(queue, "RedrivePolicy", "maxReceiveCount") === mostReceipts],
    ["which SQS allows", mostReceipts <= 1_000],
    [
      "dead letters stay for 14 days",
      at(deadLetters, "MessageRetentionPeriod") === waitingDays.deadLetters * DAY_SECONDS,
    ],
    ["ten days longer than messages", at(queue, "MessageRetentionPeriod") === waitingDays.queue * DAY_SECONDS],
    [
      "each queue takes what the handler does",
      queues.size === 3 &&
        Array.from(queues.values()).every((one) => at(one, "MaximumMessageSize") === messageLimits.maxBytes),
    ],
    ["messages are hidden for long enough", Number(at(queue, "VisibilityTimeout")) >= visible(source)],
    ["the function empties queue and spill queue, and nothing else", sources.size === 2],
    ...emptied("queue", source),
    ...emptied("spill queue", spillSource),
    ["spilled messages go to the dead letters", deadLetterOf(spill) === "QueueCollectorDeadLetterQueue"],
    ["after as many tries", at(spill, "RedrivePolicy", "maxReceiveCount") === mostReceipts],
    ["stay for four days too", at(spill, "MessageRetentionPeriod") === waitingDays.queue * DAY_SECONDS],
    ["and are hidden for long enough too", Number(at(spill, "VisibilityTimeout")) >= visible(spillSource)],
    ["no queue has its dead letters moved into the spill queue", takesNoDeadLetters(spill)],
    ["nor into the queue", takesNoDeadLetters(queue)],
    // Each is a batch of datagrams itself.
    ["few spilled messages at a time", Number(at(spillSource, "BatchSize")) <= 10],
    ["the topic hands over to the queue", textOf(at(subscription, "Endpoint")) === "QueueCollectorQueue"],
    ["and what it can't, to the dead letters", deadLetterOf(subscription) === "QueueCollectorDeadLetterQueue"],
    ["without an envelope", at(subscription, "RawMessageDelivery") === true],
    ["Node 24", at(handler?.Properties, "Runtime") === "nodejs24.x"],
    ["on arm64", at(handler?.Properties, "Architectures", 0) === "arm64"],
    [
      "logs go where retention is set",
      textOf(at(handler?.Properties, "LoggingConfig", "LogGroup")) === "QueueCollectorLog",
    ],
  ];
  return held.filter(([, kept]) => !kept).map(([promise]) => `not kept: ${promise}`);
}

/** SQS moves them without asking the queue's policy. */
function takesNoDeadLetters(queue: unknown): boolean {
  return at(queue, "RedriveAllowPolicy", "redrivePermission") === "denyAll";
}

function emptied(name: string, source: unknown): readonly (readonly [promise: string, kept: boolean])[] {
  return [
    [`the function empties the ${name}`, source !== undefined],
    [`partial batches of the ${name}`, list(at(source, "FunctionResponseTypes")).includes("ReportBatchItemFailures")],
    [`a large batch of the ${name} has a window`, Number(at(source, "BatchSize")) <= 10 || windowOf(source) >= 1],
    [`its concurrency is bounded: ${name}`, Number(at(source, "ScalingConfig", "MaximumConcurrency")) >= 2],
  ];
}

function windowOf(source: unknown): number {
  return Number(at(source, "MaximumBatchingWindowInSeconds"));
}

function deadLetterOf(properties: unknown): string {
  return textOf(at(properties, "RedrivePolicy", "deadLetterTargetArn"));
}
