import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { loggedLastUses } from "../../../lib/keys/places/logged-last-uses.ts";
import { type LogsServer, startLogs } from "../../support/logs-server.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
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
  server.told.clear();
  server.called.length = 0;
  Object.assign(server, {
    statuses: ["Complete"],
    fault: undefined,
    faultOf: undefined,
    rows: undefined,
    hides: undefined,
  });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => server.close());

const used = (keyId: string, at: number) => ({ at, fields: { Stage: "prod", KeyUsed: keyId } });
/** Keys in use are told, whether or not there are any. */
const told = (at: number) => used("*", at);
const figures = (at: number) => ({ at, fields: { Stage: "prod", MessagesReceived: "0" } });
const lastUses = (keyIds: readonly string[], options = {}) => loggedLastUses("eu-west-1", "prod", keyIds, NOW, options);
const unknown = (problem: string) => ({ ok: false, problem });

describe("last uses by the log", () => {
  it("are ten minutes after the last line of function or tasks, never in the future", async () => {
    server.groups.set(FUNCTION, [told(NOW - 400 * HOUR), used("old", NOW - 300 * HOUR), used("old", NOW - 200 * HOUR)]);
    server.groups.set(TASKS, [
      ...[told(NOW - 300 * HOUR), used("old", NOW - 250 * HOUR), used("gone", NOW - HOUR), figures(NOW - 56 * DAY)],
      ...[used("current", NOW - 2 * HOUR), used("current", NOW - 1_000), used("next", NOW - 56 * DAY)],
    ]);
    // Neither the canary's nor another stage's, which its operator may not read.
    for (const name of ["prod-QueueCanaryLog", "prod-2-QueueCollectorLog", "prod-2-udp-UdpCollectorLog"]) {
      server.groups.set(`Countersign-${name}0A1B-xyz`, [used("next", NOW)]);
    }
    expect(await lastUses(["current", "next", "old"])).toEqual({
      ok: true,
      since: NOW - 300 * HOUR + 10 * MINUTE,
      uses: new Map([
        ["old", NOW - 200 * HOUR + 10 * MINUTE],
        ["current", NOW],
      ]),
    });
  });

  it("may be none of any key, where it is told that keys are looked at", async () => {
    server.groups.set(TASKS, [told(NOW - 20 * DAY), told(NOW)]);
    const since = NOW - 20 * DAY + 10 * MINUTE;
    expect(await lastUses(["current"])).toEqual({ ok: true, since, uses: new Map() });
  });

  it.each([
    ["made anew", { creationTime: NOW - 2 * HOUR }, NOW - 2 * HOUR],
    ["kept for less", { retentionInDays: 3 }, NOW - 3 * DAY],
    ["told of later", {}, NOW - 30 * DAY + 10 * MINUTE],
  ])("are known as far back as the log that was %s, whatever the other one tells", async (_, ofTasks, since) => {
    server.groups.set(FUNCTION, [told(NOW - 40 * DAY)]);
    server.groups.set(TASKS, [told(NOW - 30 * DAY)]);
    server.told.set(TASKS, ofTasks);
    expect(await lastUses(["current"])).toEqual({ ok: true, since, uses: new Map() });
  });

  it("can't be told where one of the logs tells of no key, as an older collector's, unless nobody wrote to it", async () => {
    server.groups.set(FUNCTION, []).set(TASKS, [used("current", NOW - DAY)]);
    expect(await lastUses(["current"])).toMatchObject({ ok: true });
    server.groups.set(FUNCTION, [figures(NOW)]);
    const one = `the log ${FUNCTION} tells of no key: is its collector older, or silent?`;
    expect(await lastUses(["current"])).toEqual(unknown(one));
    server.groups.set(TASKS, []);
    expect(await lastUses(["current"])).toEqual(unknown("no log of the stage tells of keys: is its collector older?"));
  });

  it.each(["DescribeLogGroups", "StartQuery", "GetQueryResults"])("can't be told where %s is refused", async (call) => {
    server.groups.set(TASKS, [used("current", NOW)]);
    Object.assign(server, { fault: "AccessDeniedException", faultOf: call });
    const problem = "CloudWatch Logs can't be read: AccessDeniedException: on purpose";
    expect(await lastUses(["current"])).toEqual(unknown(problem));
  });

  it("can't be told where nobody says which logs there are", async () => {
    server.groups.set(FUNCTION, [told(NOW - DAY)]).set(TASKS, [told(NOW)]);
    server.hides = TASKS;
    const problem = "CloudWatch Logs does not say which logs begin with Countersign-prod-udp-UdpCollectorLog";
    expect(await lastUses(["current"])).toEqual(unknown(problem));
  });

  it("are waited for while the query is under way", async () => {
    server.groups.set(TASKS, [used("current", NOW - 5 * HOUR)]);
    server.statuses = ["Scheduled", "Running", "Complete"];
    expect(await lastUses(["current"])).toMatchObject({ ok: true });
    expect(server.called.slice(2)).toEqual(["StartQuery", ...Array(3).fill("GetQueryResults")]);
  });

  it("are understood as text as well, which is how CloudWatch gives the time of a line", async () => {
    server.groups.set(TASKS, [told(NOW)]);
    const fields = { KeyUsed: "current", first: "2026-11-20 08:00:00.000", last: "2026-11-21 09:00:00.000" };
    server.rows = [Object.entries({ ...fields, "@log": `1:${TASKS}` }).map(([field, value]) => ({ field, value }))];
    expect(await lastUses(["current"])).toEqual({
      ok: true,
      since: Date.UTC(2026, 10, 20, 8, 10),
      uses: new Map([["current", Date.UTC(2026, 10, 21, 9, 10)]]),
    });
  });

  it("can't be told where there is no log, or there are more than one query reads", async () => {
    const none = "no log group in this region begins with Countersign-prod-QueueCollectorLog: is it that stage?";
    expect(await lastUses(["current"])).toEqual(unknown(none));
    for (let page = 0; page <= 3; page++) server.groups.set(`${TASKS}-${page}`, []);
    const more = "more log groups than can be read begin with Countersign-prod-udp-UdpCollectorLog";
    expect(await lastUses(["current"])).toEqual(unknown(more));
  });

  it.each(["Failed", "Cancelled", "Timeout", "Unknown"])("can't be told where the query is %s", async (status) => {
    server.groups.set(TASKS, [used("current", NOW)]);
    server.statuses = ["Running", status];
    expect(await lastUses(["current"])).toEqual(
      unknown(`CloudWatch Logs did not end the query for last uses (${status})`),
    );
  });

  it("can't be told where the query does not end in its time", async () => {
    server.groups.set(TASKS, [used("current", NOW)]);
    server.statuses = ["Running"];
    const problem = "CloudWatch Logs did not answer the query for last uses within 0.05 s";
    expect(await lastUses(["current"], { queryMs: 50 })).toEqual(unknown(problem));
  });

  it("can't be told where the answer is cut off, or makes no sense", async () => {
    server.groups.set(TASKS, [used("current", NOW)]);
    server.rows = [[{ field: "KeyUsed", value: "current" }]];
    expect(await lastUses(["current"])).toEqual(unknown("CloudWatch Logs gave last uses that can't be understood"));
    server.rows = Array.from({ length: 10_000 }, () => []);
    expect(await lastUses(["current"])).toEqual(unknown("CloudWatch Logs has more keys than it tells"));
  });
});
