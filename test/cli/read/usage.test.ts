import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { CANARY_METER } from "../../../lib/sample/canary.ts";
import type { Sample } from "../../../lib/sample/sample.ts";
import { captureIo } from "../../support/captured-io.ts";
import { record } from "../../support/reading-commands.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

let folder: TemporaryFolder;
let storage: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
});
afterEach(() => folder.remove());

const of =
  (meter: Partial<Sample>) =>
  (time: string, counter_volume: Sample["counter_volume"], more = {}) =>
    aSample({
      time: `2022-09-${time}:00.000000Z`,
      project_id: "p-1",
      resource_id: "server-1",
      ...meter,
      counter_volume,
      ...more,
    });
const cpu = of({ counter_name: "cpu", counter_type: "cumulative", counter_unit: "ns" });
const memory = of({ counter_name: "memory", counter_type: "gauge", counter_unit: "MB" });
const requests = of({ counter_name: "requests", counter_type: "delta", counter_unit: "request" });

async function call(args: readonly string[], width?: number) {
  const io = captureIo({ width });
  const code = await main(["usage", "--storage", storage, ...args], io);
  return { code, lines: io.lines, errors: io.errors };
}

const DAY = ["--from", "2022-09-30", "--to", "2022-10-01"];

describe("countersign usage", () => {
  it("prints a line of JSON for each meter and project, with exact amounts and what stands beside them", async () => {
    await record(storage, [
      cpu("30T00:00", 100n),
      cpu("30T00:10", 5_000_000_000_000_000_000_001n),
      cpu("30T00:20", 20n),
      memory("30T00:00", 512n),
      memory("30T00:10", 1024n, { counter_unit: "MiB" }),
      requests("30T00:00", 0.1),
      requests("30T01:00", 0.2),
      requests("30T01:00", 5n, { project_id: null }),
    ]);
    const { code, lines, errors } = await call([...DAY, "--json"]);
    expect([code, errors]).toEqual([0, []]);
    const span = `"from":"2022-09-30T00:00:00.000000Z","to":"2022-10-01T00:00:00.000000Z"`;
    const times = (first: string, last: string) =>
      `"first":"2022-09-30T${first}:00.000000Z","last":"2022-09-30T${last}:00.000000Z","final":false}`;
    expect(lines).toEqual([
      `{"meter":"cpu","type":"cumulative","unit":"ns","project_id":"p-1",${span},` +
        `"amount":"4999999999999999999921","amount_unit":"ns","exact":"4999999999999999999921","samples":3,` +
        `"resources":1,"resets":1,"disorder":0,"conflicts":0,"covered_seconds":1200,"gap_seconds":0,${times("00:00", "00:20")}`,
      `{"meter":"memory","type":"gauge","unit":"MiB","project_id":"p-1",${span},` +
        `"amount":"256","amount_unit":"MiB·h","exact":"921600","samples":2,` +
        `"resources":1,"resets":0,"disorder":0,"conflicts":0,"covered_seconds":1200,"gap_seconds":0,${times("00:00", "00:10")}`,
      `{"meter":"requests","type":"delta","unit":"request","project_id":null,${span},` +
        `"amount":"5","amount_unit":"request","exact":"5","samples":1,` +
        `"resources":1,"resets":0,"disorder":0,"conflicts":0,"covered_seconds":null,"gap_seconds":null,${times("01:00", "01:00")}`,
      `{"meter":"requests","type":"delta","unit":"request","project_id":"p-1",${span},` +
        `"amount":"0.3","amount_unit":"request","exact":"0.3","samples":2,` +
        `"resources":1,"resets":0,"disorder":0,"conflicts":0,"covered_seconds":null,"gap_seconds":null,${times("00:00", "01:00")}`,
    ]);
  });

  it("leaves out what a deployment sends itself, of all meters and of all projects, unless that meter is asked for", async () => {
    const canary = of({ counter_name: CANARY_METER, counter_type: "gauge", counter_unit: "sample", project_id: null });
    await record(storage, [
      cpu("30T00:00", 100n),
      cpu("30T00:10", 150n),
      canary("30T00:00", 1n, { message_id: "first" }),
      canary("30T00:05", 1n, { message_id: "second" }),
      canary("30T00:05", 2n, { message_id: "second" }),
    ]);
    const metersOf = async (...args: readonly string[]) => {
      const { lines } = await call([...DAY, "--json", ...args]);
      return lines.map((line) => {
        const { meter, conflicts } = JSON.parse(line);
        return `${meter} ${conflicts}`;
      });
    };
    expect(await metersOf()).toEqual(["cpu 0"]);
    expect(await metersOf("--no-project")).toEqual([]);
    expect(await metersOf("--meter", CANARY_METER)).toEqual([`${CANARY_METER} 1`]);
    expect(await metersOf("--meter", CANARY_METER, "--meter", "cpu")).toEqual([`${CANARY_METER} 1`, "cpu 0"].sort());
  });

  it("has a row for what was there before and was not measured, with what more --by names", async () => {
    await record(storage, [
      memory("29T12:00", 1n, { resource_metadata: new Map([["flavor", new Map([["name", "m1"]])]]) }),
    ]);
    const { lines } = await call([
      ...DAY,
      "--json",
      "--by",
      "project_id,resource_id,user_id,source,metadata.flavor.name",
    ]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        meter: "memory",
        type: "gauge",
        unit: "MiB",
        project_id: "p-1",
        resource_id: "server-1",
        user_id: expect.any(String),
        source: "openstack",
        "metadata.flavor.name": "m1",
        from: "2022-09-30T00:00:00.000000Z",
        to: "2022-10-01T00:00:00.000000Z",
        amount: "0",
        amount_unit: "MiB·h",
        exact: "0",
        samples: 0,
        resources: 1,
        resets: 0,
        disorder: 0,
        conflicts: 0,
        covered_seconds: 0,
        gap_seconds: 0,
        first: null,
        last: null,
        final: false,
      },
    ]);
  });

  it("takes periods of a zone, meters, owners and how long a reading holds", async () => {
    await record(storage, [
      memory("29T21:30", 2n),
      memory("29T22:30", 2n),
      cpu("29T22:00", 0n),
      requests("29T22:00", 1n, { project_id: "", user_id: "u", source: "s" }),
      requests("29T22:01", 1n, { project_id: "", user_id: "v", source: "s" }),
    ]);
    const rows = async (...args: string[]) =>
      (await call(["--from", "2022-09-29", "--to", "2022-10-01", "--json", ...args])).lines
        .map((line) => JSON.parse(line))
        .map(({ meter, from, exact }) => `${meter} ${from.slice(5, 16)} ${exact}`);
    const days = ["--period", "day", "--zone", "Europe/Berlin"];
    // Two hours at 2, from 21:30 on: half an hour of them before the day begins; and known of, but not measured, later.
    expect(await rows("--meter", "memory", "--max-gap", "3600", ...days)).toEqual([
      "memory 09-29T00:00 3600",
      "memory 09-29T22:00 10800",
      "memory 09-30T22:00 0",
    ]);
    expect(await rows("--meter", "memory", "--max-gap", "memory=60", "--period", "86400")).toEqual([
      "memory 09-29T00:00 120",
      "memory 09-30T00:00 0",
    ]);
    expect(await rows("--meter", "cpu", "--meter", "memory")).toEqual(["cpu 09-29T00:00 0", "memory 09-29T00:00 1800"]);
    expect(await rows("--no-project")).toEqual(["requests 09-29T00:00 2"]);
    expect(await rows("--project", "", "--user", "u", "--source", "s")).toEqual(["requests 09-29T00:00 1"]);
    expect(await rows("--resource", "server-2")).toEqual([]);
    expect(await rows("--metadata", "display_name=web-2")).toEqual([]);
    expect(await rows("--metadata", "display_name=web-1", "--metadata", "vcpus=2", "--user", "u")).toHaveLength(1);
  });

  it("says that an amount is final only where a time window keeps later samples out", async () => {
    await record(storage, [requests("30T00:00", 1n)]);
    const final = async (...args: string[]) => {
      const { lines } = await call(["--from", "2022-09-30", "--json", ...args]);
      return lines.map((line) => JSON.parse(line).final);
    };
    const today = new Date().toISOString().slice(0, 10);
    expect(await final("--to", "2022-10-01")).toEqual([false]);
    expect(await final("--to", "2022-10-01", "--time-window")).toEqual([true]);
    expect(await final("--to", today, "--time-window")).toEqual([false]);
  });

  it("prints a table with a bar of coverage, which fits the terminal", async () => {
    const project_id = "b8f2c1f4f1c84e4e9e7b0a2d3c4e5f60";
    const conflict = { message_id: "m", project_id };
    await record(storage, [
      memory("30T00:00", 512n, { project_id }),
      memory("30T00:15", 512n, conflict),
      memory("30T00:15", 511n, conflict),
      memory("30T01:00", 512n, { project_id }),
      requests("30T00:00", 1n),
    ]);
    expect((await call([...DAY, "--time-window"])).lines).toEqual([
      "METER     PROJECT                           AMOUNT  UNIT     COVERED           SAMPLES  RESOURCES  NOTES",
      `memory    ${project_id}     384  MiB·h    ██████░░░░  60 %        3          1  1 conflict`,
      "requests  p-1                                    1  request  -                       1          1  -",
    ]);
    for (const width of [100, 80, 72, 68]) {
      const { lines } = await call(DAY, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }
    const hours = ["--from", "2022-09-30", "--to", "2022-09-30T02:00:00Z", "--period", "hour"];
    expect((await call([...hours, "--meter", "memory"], 80)).lines).toEqual([
      "METER   PROJECT   FROM               AMOUNT  UNIT   COVERED  NOTES",
      "memory  b8f2c1f…  2022-09-30            256  MiB·h  50 %     1 conflict, not final",
      "memory  b8f2c1f…  2022-09-30T01:00Z     128  MiB·h  100 %    not final",
    ]);
  });

  it("counts periods, not hours: days of many years are few", async () => {
    await record(storage, [requests("30T00:00", 1n)]);
    const many = ["--from", "2010-01-01", "--to", "2023-01-01", "--period", "day", "--zone", "Europe/Berlin"];
    expect(await call(many)).toMatchObject({ code: 0, errors: [] });
  });

  it("prints more rows than a call takes arguments", async () => {
    // V8 takes some 125,000 with the stack that Node gives it.
    const servers = ["server-1", "server-2", "server-3"].map((resource_id) => ({ resource_id }));
    await record(
      storage,
      servers.flatMap((server) => [memory("01T00:00", 1n, server), memory("30T00:00", 1n, server)]),
    );
    const args = ["--from", "2022-09-01", "--to", "2022-10-02", "--period", "60", "--by", "resource_id"];
    const { code, lines } = await call(args);
    expect([code, lines.length]).toEqual([0, 1 + 3 * 31 * 1_440]);
  });

  it("prints names that a tenant chose as names, in the table too: no control acts, no name of JavaScript's is odd", async () => {
    const resource_metadata = new Map([["__proto__", "__proto__"]]);
    await record(storage, [
      requests("30T00:00", 1n, { project_id: "p\u001b[31m\n\u202e", resource_metadata }),
      requests("30T00:00", 1n, { project_id: "constructor" }),
    ]);
    const args = [...DAY, "--by", "metadata.__proto__,metadata.toString"];
    expect((await call(args)).lines).toEqual([
      "METER     PROJECT                  METADATA.__PROTO__  METADATA.TOSTRING  AMOUNT  UNIT     COVERED  SAMPLES  RESOURCES  NOTES",
      "requests  constructor              -                   -                       1  request  -              1          1  not final",
      "requests  p\\u001b[31m\\u000a\\u202e  __proto__           -                       1  request  -              1          1  not final",
    ]);
    const [, line = ""] = (await call([...args, "--json"])).lines;
    expect(line).toContain(`"metadata.__proto__":"__proto__","metadata.toString":null`);
  });

  it("cuts a name between two characters", async () => {
    await record(storage, [requests("30T00:00", 1n, { project_id: `${"😀".repeat(20)}` })]);
    for (const width of [60, 61, 62, 63]) {
      const { lines } = await call(DAY, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines[1]).toMatch(/😀…/);
    }
  });

  it("prints as many rows as --max-rows allows, and of more none, but what to do", async () => {
    // And a row for each hour in which it is not measured.
    await record(storage, [requests("30T00:00", 1n)]);
    const hours = [...DAY, "--json", "--period", "hour"];
    const { code, lines } = await call([...hours, "--max-rows", "24"]);
    expect([code, lines.length]).toEqual([0, 24]);
    expect(await call([...hours, "--max-rows", "23"])).toEqual({
      code: 2,
      lines: [],
      errors: [
        "countersign: --max-rows: usage has more than 23 rows, one for each group and period: take a longer --period, a " +
          "shorter time, fewer fields in --by, or one --meter; or allow more, with 1 GB of memory for each million " +
          "(NODE_OPTIONS=--max-old-space-size=MEGABYTES)",
      ],
    });
  });

  it("has no --limit, which would cut what is added up", async () => {
    const { code, errors } = await call([...DAY, "--limit", "5"]);
    expect([code, errors.length]).toEqual([2, 1]);
  });
});
