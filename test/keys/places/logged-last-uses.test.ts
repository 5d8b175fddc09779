import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { loggedLastUses } from "../../../lib/keys/places/logged-last-uses.ts";
import { type LogsServer, startLogs } from "../../support/logs-server.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 22, 10, 30);
const FUNCTION = "Countersign-prod-QueueCollectorLog0A1B-xyz";
const TASKS = "Countersign-prod-udp-UdpCollectorLog2C3D-xyz";

let server: LogsServer;
beforeAll(async () => {
  server = await startLogs();
});
beforeEach(() => {
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", server.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  server.groups.clear();
  server.madeAt.clear();
  server.called.length = 0;
  Object.assign(server, { statuses: ["Complete"], fault: undefined, faultOf: undefined, rows: undefined });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => server.close());

const used = (keyId: string, at: number, stage = "prod") => ({ at, fields: { Stage: stage, KeyUsed: keyId } });
const lastUses = (keyIds: readonly string[], options = {}) => loggedLastUses("eu-west-1", "prod", keyIds, NOW, options);

describe("last uses by the log", () => {
  it("are an hour after the last line of function or tasks, never in the future, and known since the first of any key", async () => {
    server.groups.set(FUNCTION, [
      used("old", NOW - 300 * HOUR),
      used("old", NOW - 200 * HOUR),
      used("gone", NOW - 400 * HOUR),
    ]);
    server.groups.set(TASKS, [
      used("current", NOW - 2 * HOUR),
      used("current", NOW - 1_000),
      used("next", NOW, "prod-2"),
      used("next", NOW - 56 * DAY),
      { at: NOW, fields: { Stage: "prod" } },
    ]);
    // Neither the canary's nor another stage's, which its operator may not read.
    for (const name of ["prod-QueueCanaryLog", "prod-2-QueueCollectorLog", "prod-2-udp-UdpCollectorLog"]) {
      server.groups.set(`Countersign-${name}0A1B-xyz`, [used("next", NOW)]);
    }
    expect(await lastUses(["current", "next", "old"])).toEqual({
      ok: true,
      since: NOW - 399 * HOUR,
      uses: new Map([
        ["old", NOW - 199 * HOUR],
        ["current", NOW],
      ]),
    });
  });

  it("are known since all of the logs were there: what a log told that was made anew is gone", async () => {
    server.groups.set(FUNCTION, [used("old", NOW - 30 * DAY)]).set(TASKS, [used("current", NOW - HOUR)]);
    server.madeAt.set(TASKS, NOW - 2 * HOUR);
    expect(await lastUses(["current", "old"])).toMatchObject({ ok: true, since: NOW - 2 * HOUR });
  });

  it.each(["DescribeLogGroups", "StartQuery", "GetQueryResults"])("can't be told where %s is refused", async (call) => {
    server.groups.set(TASKS, [used("current", NOW)]);
    Object.assign(server, { fault: "AccessDeniedException", faultOf: call });
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: "CloudWatch Logs can't be read: AccessDeniedException: on purpose",
    });
  });

  it("are waited for while the query is under way", async () => {
    server.groups.set(TASKS, [used("current", NOW - 5 * HOUR)]);
    server.statuses = ["Scheduled", "Running", "Complete"];
    expect(await lastUses(["current"])).toEqual({
      ok: true,
      since: NOW - 4 * HOUR,
      uses: new Map([["current", NOW - 4 * HOUR]]),
    });
    expect(server.called.slice(2)).toEqual(["StartQuery", ...Array(3).fill("GetQueryResults")]);
  });

  it("are understood as text as well, which is how CloudWatch gives the time of a line", async () => {
    server.groups.set(TASKS, []);
    const fields = { KeyUsed: "current", first: "2026-11-20 08:00:00.000", last: "2026-11-21 09:00:00.000" };
    server.rows = [Object.entries(fields).map(([field, value]) => ({ field, value }))];
    expect(await lastUses(["current"])).toEqual({
      ok: true,
      since: Date.UTC(2026, 10, 20, 9),
      uses: new Map([["current", Date.UTC(2026, 10, 21, 10)]]),
    });
  });

  it("can't be told where none of the keys was seen, which no collector explains as well", async () => {
    server.groups.set(TASKS, [used("another", NOW)]);
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: "the log of the stage prod names none of the keys as used in 55 days: is it that stage?",
    });
  });

  it("can't be told where there is no log, or there are more than one query reads", async () => {
    const problem = "no log group in this region begins with Countersign-prod-QueueCollectorLog: is it that stage?";
    expect(await lastUses(["current"])).toEqual({ ok: false, problem });
    for (let page = 0; page <= 3; page++) server.groups.set(`${TASKS}-${page}`, []);
    const more = "more log groups than can be read begin with Countersign-prod-udp-UdpCollectorLog";
    expect(await lastUses(["current"])).toEqual({ ok: false, problem: more });
  });

  it.each(["Failed", "Cancelled", "Timeout", "Unknown"])("can't be told where the query is %s", async (status) => {
    server.groups.set(TASKS, [used("current", NOW)]);
    server.statuses = ["Running", status];
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: `CloudWatch Logs did not end the query for last uses (${status})`,
    });
  });

  it("can't be told where the query does not end in its time", async () => {
    server.groups.set(TASKS, [used("current", NOW)]);
    server.statuses = ["Running"];
    expect(await lastUses(["current"], { queryMs: 50 })).toEqual({
      ok: false,
      problem: "CloudWatch Logs did not answer the query for last uses within 0.05 s",
    });
  });

  it("can't be told where the answer is cut off, or makes no sense", async () => {
    server.groups.set(TASKS, [used("current", NOW)]);
    server.rows = [[{ field: "KeyUsed", value: "current" }]];
    const senseless = "CloudWatch Logs gave last uses that can't be understood";
    expect(await lastUses(["current"])).toEqual({ ok: false, problem: senseless });
    server.rows = Array.from({ length: 10_000 }, () => []);
    expect(await lastUses(["current"])).toEqual({
      ok: false,
      problem: "CloudWatch Logs has more keys than it tells",
    });
  });
});
