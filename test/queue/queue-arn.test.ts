import { describe, expect, it } from "vitest";
import { eventSourceArn, isFromQueue, isSameQueue } from "../../lib/queue/queue-arn.ts";

const URL_IN_AWS = "https://sqs.eu-west-1.amazonaws.com/123456789012/metering-spill";
const ARN = "arn:aws:sqs:eu-west-1:123456789012:metering-spill";
const LOCAL_URL = "http://sqs.us-east-1.localhost:4566/000000000000/metering-spill";

describe("an event source", () => {
  it.each<[string, string]>([
    [ARN, URL_IN_AWS],
    ["arn:aws-cn:sqs:cn-north-1:123456789012:spill", "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/spill"],
    ["arn:aws-us-gov:sqs:us-gov-west-1:123456789012:s", "https://sqs.us-gov-west-1.amazonaws.com/123456789012/s"],
    ["arn:aws:sqs:eu-west-1:123456789012:a.fifo", "https://sqs.eu-west-1.amazonaws.com/123456789012/a.fifo"],
    ["arn:aws:sqs:local:000000000000:metering-spill", LOCAL_URL],
    ["arn:aws:sqs:local:000000000000:metering-spill", "http://127.0.0.1:9324/metering-spill"],
  ])("%s is the queue %s, which our own poller names so", (arn, url) => {
    expect(isFromQueue(arn, url)).toBe(true);
    expect(eventSourceArn(url)).toBe(arn);
  });

  it.each([
    URL_IN_AWS.replace("sqs.", "sqs-fips."),
    URL_IN_AWS.replace("amazonaws.com", "api.aws"),
    URL_IN_AWS.replace("sqs.eu-west-1.amazonaws.com", "sqs-fips.eu-west-1.api.aws"),
    URL_IN_AWS.replace("sqs.eu-west-1", "eu-west-1.queue"),
    URL_IN_AWS.replace("sqs.eu-west-1", "vpce-0a1b-2c3d.sqs.eu-west-1.vpce"),
    URL_IN_AWS.replace("sqs.eu-west-1", "vpce-0a1b-2c3d-eu-west-1a.sqs.eu-west-1.vpce"),
    `${URL_IN_AWS}/`,
  ])("is the same queue by another name of AWS, or with a slash: %s", (url) => {
    expect([isFromQueue(ARN, url), eventSourceArn(url), isSameQueue(url, URL_IN_AWS)]).toEqual([true, ARN, true]);
    expect(isFromQueue(ARN.replace("1:1", "2:1"), url)).toBe(false);
    expect(isFromQueue("arn:aws:sqs:local:000000000000:metering-spill", url)).toBe(false);
  });

  it.each([
    "http://elasticmq:9324/000000000000/metering-spill",
    "https://127.0.0.1.example.org/000000000000/metering-spill",
    "https://sqs.eu-west-1.example.org/123456789012/metering-spill",
    "https://metering-spill",
  ])("is never known for a queue whose place can't be told: %s", (url) => {
    const own = eventSourceArn(url);
    const local = own.replace(/:elsewhere:.*:/, ":local:000000000000:");
    expect(own).toMatch(/^arn:aws:sqs:elsewhere::/);
    expect([own, ARN, local].filter((arn) => isFromQueue(arn, url))).toEqual([]);
    expect(isFromQueue(own, LOCAL_URL)).toBe(false);
  });

  it.each<[string, string]>([
    ["arn:aws:sqs:eu-west-2:123456789012:metering-spill", URL_IN_AWS],
    ["arn:aws:sqs:eu-west-1:123456789013:metering-spill", URL_IN_AWS],
    ["arn:aws:sqs:eu-west-1:123456789012:metering", URL_IN_AWS],
    ["arn:aws:sqs:eu-west-1:123456789012:METERING-SPILL", URL_IN_AWS],
    ["arn:aws:sqs:local:000000000000:metering-spill", URL_IN_AWS],
    ["arn:aws:sns:eu-west-1:123456789012:metering-spill", URL_IN_AWS],
    [`${ARN}:more`, URL_IN_AWS],
    [`${ARN}\n`, URL_IN_AWS],
    ["", URL_IN_AWS],
    [ARN, `${URL_IN_AWS}/more`],
    [ARN, URL_IN_AWS.replace("https", "http")],
    [ARN, URL_IN_AWS.replace("sqs.", "sqs.evil.")],
    [ARN, "https://sqs.eu-west-1.amazonaws.com.evil.example/123456789012/metering-spill"],
    [ARN, ""],
    ["", ""],
    // Lambda's events come from an account of AWS.
    [ARN, LOCAL_URL],
    ["arn:aws:sqs:local:000000000000:metering", LOCAL_URL],
    ["arn:aws:sqs:local:000000000000:", "http://127.0.0.1:9324/"],
  ])("%j is not the queue %j", (arn, url) => {
    expect(isFromQueue(arn, url)).toBe(false);
  });
});

describe("two URLs", () => {
  it("are one queue if they lead to the same place", () => {
    expect(isSameQueue(URL_IN_AWS, `${URL_IN_AWS}?x`)).toBe(true);
    expect(isSameQueue(LOCAL_URL, "http://127.0.0.1:4566/metering-spill")).toBe(true);
    expect(isSameQueue(LOCAL_URL, `${LOCAL_URL}/`)).toBe(true);
    expect(isSameQueue("no URL", "no URL")).toBe(true);
  });

  it("are two queues if anything differs", () => {
    expect(isSameQueue(URL_IN_AWS, URL_IN_AWS.replace("west", "north"))).toBe(false);
    expect(isSameQueue(URL_IN_AWS, LOCAL_URL)).toBe(false);
    expect(isSameQueue(LOCAL_URL, LOCAL_URL.replace("4566", "4567"))).toBe(false);
    expect(isSameQueue(LOCAL_URL, LOCAL_URL.replace("-spill", ""))).toBe(false);
  });
});
