import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openPublisher } from "../../../lib/cli/send/publisher.ts";
import { type DynamoDbServer, startDynamoDb } from "../../support/dynamodb-server.ts";
import { isEmf, sumEmf } from "../../support/emf-reader.ts";
import { eventually } from "../../support/eventually.ts";
import { datagrams } from "../../support/fixtures.ts";

/** The process as the container starts it: an environment, standard output, signals. */

const main = fileURLToPath(new URL("../../../functions/udp-collector/main.ts", import.meta.url));
const children: { kill(signal: NodeJS.Signals): void }[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(env: Readonly<Record<string, string>>) {
  // Node 20 needs tsx for TypeScript; what is deployed is bundled.
  const child = spawn(process.execPath, ["--import", "tsx", main], {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (output.out += chunk));
  child.stderr.on("data", (chunk) => (output.err += chunk));
  const exited = once(child, "close").then(([code, signal]) => ({ code, signal }));
  const lines = () => output.out.split("\n").slice(0, -1);
  const entry = (message: string) =>
    lines()
      .map((line) => JSON.parse(line))
      .find((line) => line.message === message);
  return { child, output, exited, lines, entry };
}

let dynamodb: DynamoDbServer;

beforeAll(async () => {
  dynamodb = await startDynamoDb();
});
afterAll(() => dynamodb.close());

const environment = {
  COUNTERSIGN_ALLOW_DEFAULT_SECRET: "true",
  COUNTERSIGN_LISTEN: "udp://127.0.0.1:0,tcp://127.0.0.1:0",
  COUNTERSIGN_HEALTH_PORT: "0",
  COUNTERSIGN_STAGE: "process",
};

describe("the UDP collector's process", () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "drains on %s, stops at once on a second, and exits with 0",
    async (signal) => {
      const { child, output, exited, lines, entry } = start({
        ...environment,
        COUNTERSIGN_STORAGE: `dynamodb://${await dynamodb.freshTable()}?endpoint=${dynamodb.endpoint}`,
      });
      await eventually("it receives", () => entry("receiving") !== undefined);
      const { listening, health } = entry("receiving");
      const healthz = health.replace("0.0.0.0", "127.0.0.1").concat("/healthz");
      expect((await fetch(healthz)).status).toBe(200);
      const publisher = await openPublisher(listening[0]);
      if ("problem" in publisher) throw new Error(publisher.problem);
      for (const datagram of datagrams().slice(0, 10)) await publisher.send(datagram);

      child.kill(signal);
      await eventually("it drains", () => entry("draining") !== undefined);
      expect((await fetch(healthz)).status).toBe(503);
      for (const datagram of datagrams().slice(10, 30)) await publisher.send(datagram);
      await publisher.close();
      const asked = performance.now();
      child.kill(signal);
      expect(await exited).toEqual({ code: 0, signal: null });
      expect(performance.now() - asked).toBeLessThan(10_000);
      expect(output.err).toBe("");
      expect(entry("stopped").ledgers.udp.figures).toMatchObject({ MessagesReceived: 30, MessagesRecorded: 30 });
      expect(sumEmf(lines().filter(isEmf))).toMatchObject({
        "MessagesRecorded Stage=process Listener=udp": 30,
        "MessagesReceived Stage=process Listener=tcp": 0,
      });
    },
  );

  it("exits with 1 and a line for each setting that can't be used", async () => {
    const { output, exited, lines } = start({ COUNTERSIGN_STORAGE: "ftp://x", COUNTERSIGN_STAGE: "process" });
    expect(await exited).toEqual({ code: 1, signal: null });
    expect(output.err).toBe("");
    expect(lines().map((line) => JSON.parse(line))).toEqual(
      [
        "COUNTERSIGN_LISTEN is missing",
        'COUNTERSIGN_STORAGE: unknown storage "ftp://x": write dynamodb://TABLE or s3://BUCKET/PREFIX',
        "a secret is missing",
      ].map((problem) => ({
        level: "error",
        message: "can't start",
        problem: expect.stringContaining(problem),
      })),
    );
  });
});
