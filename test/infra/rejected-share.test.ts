import { Duration } from "aws-cdk-lib";
import { expect, it } from "vitest";
import { rejectedShare } from "../../lib/infra/rejected-share.ts";

it("is a share of the messages only where at least five were rejected, wholly or in part", () => {
  const { mathExpression } = rejectedShare("test", ["udp", "queue"], Duration.minutes(20)).toMetricConfig();
  const wrong = [
    "FILL(udpMessagesRejected, 0) + FILL(queueMessagesRejected, 0)",
    "FILL(udpMessagesPartial, 0) + FILL(queueMessagesPartial, 0)",
  ].join(" + ");
  const received = "FILL(udpMessagesReceived, 0) + FILL(queueMessagesReceived, 0)";
  expect(mathExpression?.expression).toBe(`IF((${wrong}) >= 5, 100 * (${wrong}) / (${received}), 0)`);
  expect(mathExpression?.period).toBe(1_200);
});
