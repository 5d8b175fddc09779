import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { record, run } from "../../support/reading-commands.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

let folder: TemporaryFolder;
let storage: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
  await record(storage, [
    aSample({ time: "2022-09-30T12:00:00.000000Z", counter_volume: 1n }),
    aSample({ time: "2022-09-30T12:00:02.500000Z", counter_volume: 2n ** 64n }),
  ]);
});
afterEach(() => folder.remove());

const statistics = (...args: readonly string[]) => run(["statistics"], storage, ...args);

describe("countersign statistics", () => {
  it("prints Ceilometer's names, with exact numbers", async () => {
    const { code, lines } = await statistics("--meter", "cpu", "--json", "--aggregate", "cardinality/resource_id");
    expect([code, lines]).toEqual([
      0,
      [
        '{"unit":"ns","groupby":null,"period":0,"period_start":"2022-09-30T12:00:00.000000Z",' +
          '"period_end":"2022-09-30T12:00:02.500000Z","duration":2.5,"duration_start":"2022-09-30T12:00:00.000000Z",' +
          '"duration_end":"2022-09-30T12:00:02.500000Z","count":2,"sum":18446744073709551617,"min":1,' +
          '"max":18446744073709551616,"avg":9223372036854775808.5,"aggregate":{"cardinality/resource_id":1}}',
      ],
    ]);
  });

  it("prints a table of groups and periods", async () => {
    const { lines } = await statistics("--meter", "cpu", "--by", "source", "--period", "2", "--aggregate", "stddev");
    expect(lines).toEqual([
      "FROM                         SOURCE     UNIT  COUNT                   SUM                   MIN                   MAX                   AVG  STDDEV  SECONDS",
      "2022-09-30T12:00:00.000000Z  openstack  ns        1                     1                     1                     1                     1       0        0",
      "2022-09-30T12:00:02.000000Z  openstack  ns        1  18446744073709551616  18446744073709551616  18446744073709551616  18446744073709551616       0        0",
    ]);
  });

  it("takes any year that a sample can have", async () => {
    await record(storage, [aSample({ counter_name: "m", time: "0001-01-01T00:00:00.000000Z", counter_volume: 1n })]);
    await record(storage, [aSample({ counter_name: "m", time: "9999-12-31T23:59:59.999999Z", counter_volume: 2n })]);
    const { code, lines } = await statistics("--meter", "m", "--from", "0001-01-01");
    expect([code, lines[1]]).toEqual([
      0,
      "0001-01-01T00:00:00.000000Z  ns        2    3    1    2  1.5  315537897599.999999",
    ]);
  });

  it("groups by any name of the metadata, and shows what acts on a terminal as text", async () => {
    const resource_metadata = new Map([["__proto__", "__proto__"]]);
    await record(storage, [
      aSample({ counter_name: "m", project_id: "p\u001b[31m", counter_volume: 1n, resource_metadata }),
    ]);
    const args = ["--meter", "m", "--by", "project_id,metadata.__proto__,metadata.constructor"];
    const { lines } = await statistics(...args);
    expect(lines.map((line) => line.trimEnd().split(/ {2,}/).slice(1, 4))).toEqual([
      ["PROJECT_ID", "METADATA.__PROTO__", "METADATA.CONSTRUCTOR"],
      ["p\\u001b[31m", "__proto__", "-"],
    ]);
    const json = await statistics(...args, "--json");
    expect(json.lines.join()).toContain(
      `"groupby":{"project_id":"p\\u001b[31m","metadata.__proto__":"__proto__","metadata.constructor":null}`,
    );
  });

  it.each([
    [[], "--meter is missing, such as --meter cpu: statistics are of one meter"],
    [["--meter", "cpu", "--period", "day"], '--period: expected a number of seconds, got "day"'],
    [
      ["--meter", "cpu", "--aggregate", "median"],
      '--aggregate: no "median": choose from count, sum, min, max, avg, stddev, cardinality/user_id, ' +
        "cardinality/project_id, cardinality/resource_id, cardinality/source",
    ],
    [
      ["--meter", "cpu", "--by", "user"],
      '--by: no field "user": choose from project_id, user_id, resource_id, source, unit, metadata.NAME',
    ],
  ])("is told what is wrong, and what would be right: %j", async (args, problem) => {
    expect(await statistics(...args)).toEqual({ code: 2, lines: [], errors: [`countersign: ${problem}`] });
  });
});
