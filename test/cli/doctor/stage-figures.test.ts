import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { figureFindings } from "../../../lib/doctor/figures/figure-findings.ts";
import { readStageFigures } from "../../../lib/doctor/stage/stage-figures.ts";
import { type CloudWatchServer, type Figure, startCloudWatch } from "../../support/cloudwatch-server.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const minutesAgo = (minutes: number, value: number): Figure => [NOW / 1_000 - minutes * 60, value];

let server: CloudWatchServer;
let client: CloudWatchClient;

beforeEach(async () => {
  server = await startCloudWatch();
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = new CloudWatchClient({ endpoint: server.endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const read = () =>
  readStageFigures(client, { stage: "dev", queueNames: { queue: "metering", spillQueue: "spilled" }, now: NOW });

describe("the figures of a stage", () => {
  it("say nothing where nothing was counted", async () => {
    expect(figureFindings(await read())).toEqual([]);
  });

  it("are sums of a day, of all pages, and the greatest of the last minutes for what is of the moment", async () => {
    server.figures.set("Countersign/KernelDrops/Stage=dev/Listener=udp", [
      ...[minutesAgo(60, 3), minutesAgo(1_000, 4), minutesAgo(2_000, 100)],
    ]);
    server.figures.set("Countersign/RecordsInFlight/Stage=dev/Listener=tcp", [
      minutesAgo(2, 6_000),
      minutesAgo(30, 9_000),
    ]);
    server.figures.set("Countersign/KernelDrops/Stage=prod/Listener=udp", [minutesAgo(60, 5)]);
    const figures = await read();
    expect([figures.total("KernelDrops", "udp"), figures.total("RecordsInFlight", "tcp")]).toEqual([7, 6_000]);
    expect(figureFindings(figures).map(({ about, says }) => [about, says])).toEqual([
      ["KernelDrops of udp", expect.stringMatching(/^7 datagrams .*\(within the last 24 hours\)$/)],
      ["RecordsInFlight", expect.stringMatching(/^6000 records wait/)],
    ]);
  });

  it("tell the age of what waits, whether SQS tells it or we do", async () => {
    server.figures.set("AWS/SQS/ApproximateAgeOfOldestMessage/QueueName=metering", [minutesAgo(3, 7_200)]);
    server.figures.set("Countersign/SecondsUnstored/Stage=dev/Queue=spillQueue", [minutesAgo(3, 3_600)]);
    expect(figureFindings(await read()).map(({ check, about, says }) => [check, about, says])).toEqual([
      ["backlog", "queue", "its oldest message is 120 minutes old"],
      ["backlog", "spillQueue", "its oldest message is 60 minutes old"],
    ]);
  });

  it("can't be read where CloudWatch refuses, or gives them in part", async () => {
    server.status = "InternalError";
    await expect(read()).rejects.toThrow("CloudWatch gave no figures (InternalError)");
    server.fault = "AccessDenied";
    await expect(read()).rejects.toThrow("on purpose");
  });
});
