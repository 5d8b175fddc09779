import { describe, expect, it } from "vitest";
import { templateDifferences } from "../../lib/doctor/stage/template-differences.ts";

const template = (resources: object) => JSON.stringify({ Resources: resources });
const queue = (properties: object) => ({ Type: "AWS::SQS::Queue", Properties: properties });

describe("the differences of two templates", () => {
  it("are none where only bundles, what CDK notes for itself and the order differ", () => {
    const [one, other] = ["a", "b"].map((digit) => ({
      CDKMetadata: { Properties: { Analytics: digit } },
      Function: { Metadata: { asset: digit }, Properties: { Code: { S3Key: `${digit.repeat(64)}.zip` } } },
    }));
    const reversed = Object.fromEntries(Object.entries(other ?? {}).reverse());
    expect(templateDifferences(template(one ?? {}), template(reversed))).toEqual([]);
  });

  it("are named by resource and property, however deep", () => {
    const one = { Queue: queue({ RedrivePolicy: { maxReceiveCount: 500 }, Tags: [1, 2] }), Old: queue({}) };
    const other = { Queue: queue({ RedrivePolicy: { maxReceiveCount: 5 }, Tags: [2, 1], Kms: "x" }), New: queue({}) };
    expect(templateDifferences(template(one), template(other))).toEqual([
      "New is not deployed",
      "Old is deployed, and would be removed",
      "Queue.Properties.Kms",
      "Queue.Properties.RedrivePolicy.maxReceiveCount",
      "Queue.Properties.Tags",
    ]);
  });

  it.each(["", "null", "{}", '{"Resources": []}', "Resources:\n  Queue: {}\n"])(
    "are told of no template: %j",
    (text) => {
      expect(() => templateDifferences(text, template({}))).toThrow(SyntaxError);
    },
  );
});
