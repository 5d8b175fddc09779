import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSqsEvent } from "../../lib/queue/sqs-event.ts";

const ADVICE =
  ": take that trigger away from this function, which reads queues; if it carries samples, have it send to the stack's queue (output QueueUrl) or topic (output TopicArn)";

describe("an event of Lambda's", () => {
  it("has a record of the least that a test event by hand gives", () => {
    expect(readSqsEvent({ Records: [{ messageId: "1", body: "{}" }] })).toEqual({
      ok: true,
      records: [
        {
          messageId: "1",
          receiptHandle: "",
          body: "{}",
          attributes: {
            ApproximateReceiveCount: "",
            SentTimestamp: "",
            SenderId: "",
            ApproximateFirstReceiveTimestamp: "",
          },
          messageAttributes: {},
          md5OfBody: "",
          eventSource: "aws:sqs",
          eventSourceARN: "",
          awsRegion: "",
        },
      ],
    });
  });

  it("keeps of its attributes those that are text", () => {
    const messageAttributes = { "webhook-id": { stringValue: "a:1", dataType: "String" }, odd: 7, none: null };
    const read = readSqsEvent({ Records: [{ messageId: "1", body: "", messageAttributes }] });
    expect(read.ok && read.records[0]?.messageAttributes).toEqual({
      "webhook-id": { stringValue: "a:1", dataType: "String" },
    });
  });

  it.each([
    ["S3's", { Records: [{ eventSource: "aws:s3", s3: {} }] }, "one of aws:s3"],
    ["SNS's", { Records: [{ EventSource: "aws:sns", Sns: {} }] }, "one of aws:sns"],
    ["Kinesis's", { Records: [{ eventSource: "aws:kinesis", kinesis: { data: "" } }] }, "one of aws:kinesis"],
    ["EventBridge's", { source: "site", "detail-type": "x", detail: {} }, "one of site by EventBridge"],
    ["a function URL's", { requestContext: {}, body: "{}" }, "a request over HTTP"],
    ["CloudWatch Logs'", { awslogs: { data: "" } }, "log lines of CloudWatch"],
    [
      "a hand-made one",
      { Records: [{ body: 7 }] },
      "something without Records that each have messageId and body, such as a test event",
    ],
    ["a text", "hello", "no object"],
  ])("that is %s is named, with what to do", (_, event, what) => {
    expect(readSqsEvent(event)).toEqual({ ok: false, problem: `not an event of an SQS queue, but ${what}${ADVICE}` });
  });

  it("throws at nothing", () => {
    fc.assert(fc.property(fc.anything(), (event) => typeof readSqsEvent(event).ok === "boolean"));
    const records = fc.record({ Records: fc.array(fc.anything()) });
    fc.assert(fc.property(records, (event) => typeof readSqsEvent(event).ok === "boolean"));
  });
});
