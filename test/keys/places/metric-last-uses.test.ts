import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { metricLastUses } from "../../../lib/keys/places/metric-last-uses.ts";
import { type CloudWatchServer, startCloudWatch } from "../../support/cloudwatch-server.ts";

const HOUR = 3_600;
const NOW = Date.UTC(2026, 10, 22, 10, 30) / 1_000;

let server: CloudWatchServer;
beforeAll(async () => {
  server = await startCloudWatch();
});
beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH", server.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  server.figures.clear();
  Object.assign(server, { status: "Complete", fault: undefined, answered: 0 });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => server.close());

function lastUses(keyIds: readonly string[]) {
  return metricLastUses("eu-west-1", "prod", keyIds, NOW * 1_000);
}

function used(keyId: string, ...times: number[]): void {
  server.figures.set(
    `Countersign/SamplesVerified/Stage=prod/KeyId=${keyId}`,
    times.map((time) => [time, 5]),
  );
}

describe("last uses by the metric", () => {
  it("are the ends of the last hours with samples, never in the future, and known since the first of any key", async () => {
    used("old", NOW - 200 * HOUR, NOW - 300 * HOUR);
    used("current", NOW - 1_000, NOW - 2 * HOUR);
    server.figures.set("Countersign/SamplesVerified/Stage=prod/KeyId=zero", [[NOW - 400 * HOUR, 0]]);
    server.figures.set("Countersign/SamplesVerified/Stage=dev/KeyId=next", [[NOW, 1]]);
    expect(await lastUses(["current", "next", "zero", "old"])).toEqual({
      ok: true,
      since: (NOW - 299 * HOUR) * 1_000,
      uses: new Map([
        ["current", NOW * 1_000],
        ["old", (NOW - 199 * HOUR) * 1_000],
      ]),
    });
  });

  it("are asked for in several requests where there are many keys", async () => {
    used("key-130", NOW - HOUR);
    const uses = await lastUses(Array.from({ length: 131 }, (_, index) => `key-${index}`));
    expect([uses, server.answered]).toEqual([
      { ok: true, since: NOW * 1_000, uses: new Map([["key-130", NOW * 1_000]]) },
      3,
    ]);
  });

  it("can't be told where no key was ever seen, which no collector or another stage explains as well", async () => {
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: "CloudWatch has no SamplesVerified of the stage prod for any of the keys in 55 days: is it that stage?",
    });
  });

  it("can't be told where the answer is refused or incomplete", async () => {
    used("current", NOW - HOUR);
    server.fault = "AccessDeniedException";
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: "CloudWatch can't be read: AccessDeniedException: on purpose",
    });
    Object.assign(server, { fault: undefined, status: "InternalError" });
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: "CloudWatch gave figures in part only (InternalError)",
    });
  });
});
