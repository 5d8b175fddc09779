import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { record, run } from "../../support/reading-commands.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { readCsv } from "./csv-reader.ts";

const DAY = ["--from", "2022-09-30", "--to", "2022-10-01"];
const at = (time: string) => `2022-09-30T${time}:00.000000Z`;

let folder: TemporaryFolder;
let storage: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
  const memory = {
    counter_name: "memory",
    counter_type: "gauge",
    counter_unit: "MB",
    resource_id: "server-1",
  } as const;
  await record(storage, [
    aSample({ ...memory, time: at("00:00"), counter_volume: 512n, project_id: "=cmd()", user_id: "u,1" }),
    aSample({ ...memory, time: at("00:10"), counter_volume: 512n, project_id: "=cmd()", user_id: "u,1" }),
    aSample({
      counter_name: "requests",
      counter_type: "delta",
      counter_unit: "request",
      time: at("01:00"),
      counter_volume: -0.5,
      project_id: null,
      resource_metadata: new Map([["a", "x"]]),
    }),
  ]);
});
afterEach(() => folder.remove());

const exported = (...args: readonly string[]) => run(["export"], storage, ...args);
const csvOf = async (...args: readonly string[]) => {
  const { code, lines, errors } = await exported("--format", "csv", ...args);
  const [header = [], ...records] = readCsv(lines.map((line) => `${line}\n`).join(""));
  return { code, errors, rows: records.map((cells) => new Map(cells.map((cell, index) => [header[index], cell]))) };
};

describe("countersign export", () => {
  it("writes usage as CSV, under the names of FOCUS and our own", async () => {
    const { code, lines, errors } = await exported("--format", "csv", ...DAY, "--by", "user_id,source,metadata.a");
    expect([code, errors]).toEqual([0, []]);
    const user = aSample().user_id;
    expect(lines).toEqual([
      "ChargePeriodStart,ChargePeriodEnd,ChargeCategory,SubAccountId,ResourceId,x_Meter,ConsumedQuantity,ConsumedUnit," +
        "x_UserId,x_Source,x_Metadata.a,x_MeterType,x_MeterUnit,x_ExactQuantity,x_Samples,x_Resources,x_Resets,x_Disorder," +
        "x_Conflicts,x_CoveredSeconds,x_GapSeconds,x_FirstSample,x_LastSample,x_Final\r",
      `2022-09-30T00:00:00Z,2022-10-01T00:00:00Z,Usage,'=cmd(),,memory,170.666666666667,MiB-Hours,"u,1",openstack,,gauge,MiB,` +
        `614400,2,1,0,0,0,1200,0,${at("00:00")},${at("00:10")},false\r`,
      `2022-09-30T00:00:00Z,2022-10-01T00:00:00Z,Usage,,,requests,-0.5,request,${user},openstack,x,delta,request,` +
        `-0.5,1,1,0,0,0,,,${at("01:00")},${at("01:00")},false\r`,
    ]);
  });

  it("writes the same as JSON lines, where a text is as it was", async () => {
    const { lines } = await exported(
      "--format",
      "jsonl",
      ...DAY,
      "--by",
      "resource_id",
      "--time-window",
      "--meter",
      "memory",
    );
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        ChargePeriodStart: "2022-09-30T00:00:00Z",
        ChargePeriodEnd: "2022-10-01T00:00:00Z",
        ChargeCategory: "Usage",
        SubAccountId: "=cmd()",
        ResourceId: "server-1",
        x_Meter: "memory",
        ConsumedQuantity: "170.666666666667",
        ConsumedUnit: "MiB-Hours",
        x_MeterType: "gauge",
        x_MeterUnit: "MiB",
        x_ExactQuantity: "614400",
        x_Samples: 2,
        x_Resources: 1,
        x_Resets: 0,
        x_Disorder: 0,
        x_Conflicts: 0,
        x_CoveredSeconds: 1200,
        x_GapSeconds: 0,
        x_FirstSample: at("00:00"),
        x_LastSample: at("00:10"),
        x_Final: true,
      },
    ]);
  });

  it("has the rows of usage, with the same options", async () => {
    for (const args of [["--period", "hour", "--zone", "Asia/Kathmandu"], ["--by", "resource_id"], ["--no-project"]]) {
      const { lines } = await run(["usage"], storage, "--json", ...DAY, ...args);
      const { rows } = await csvOf(...DAY, ...args);
      expect(rows.map((row) => [row.get("x_Meter"), row.get("ConsumedQuantity"), row.get("x_ExactQuantity")])).toEqual(
        lines.map((line) => JSON.parse(line)).map(({ meter, amount, exact }) => [meter, amount, exact]),
      );
    }
  });

  it("writes samples as CSV: all of them, or a page", async () => {
    await record(
      storage,
      Array.from({ length: 150 }, () => aSample({ time: "2022-09-29T00:00:00.000000Z" })),
    );
    const { code, rows, errors } = await csvOf("--what", "samples");
    expect([code, rows.length, errors]).toEqual([0, 153, []]);
    expect(rows[0]).toEqual(
      new Map(
        Object.entries({
          ...{ time: at("01:00"), counter_name: "requests", counter_type: "delta", counter_volume: "-0.5" },
          ...{ counter_unit: "request", resource_id: aSample().resource_id, project_id: "", project_name: "" },
          ...{ user_id: aSample().user_id, user_name: "", source: "openstack", timestamp: at("01:00").slice(0, -1) },
          ...{ monotonic_time: "71234.918273645", message_id: expect.any(String), publisher_id: "", dialect: "py3" },
          ...{ message_signature: expect.stringMatching(/^[0-9a-f]{64}$/), resource_metadata: '{"a":"x"}', extra: "" },
          ...{ content: expect.stringMatching(/^[0-9a-f]{32}$/), conflict: "" },
        }),
      ),
    );
    const page = await csvOf("--what", "samples", "--limit", "2");
    expect([page.rows.length, page.errors]).toEqual([2, [expect.stringMatching(/^more: --after /)]]);
    const rest = await csvOf("--what", "samples", ...(page.errors[0]?.split(" ").slice(1) ?? []));
    expect([...page.rows, ...rest.rows]).toEqual(rows);
  });

  it("writes samples as JSON lines: what samples --json prints", async () => {
    const args = ["--meter", "memory"];
    const { lines } = await exported("--what", "samples", "--format", "jsonl", ...args);
    expect(lines).toEqual((await run(["samples"], storage, "--json", ...args)).lines);
    expect((await exported("--what", "samples", "--format", "jsonl", "--limit", "1")).lines).toHaveLength(1);
  });

  it("says what it could not read, and exits with 1", async () => {
    await appendFile(fileURLToPath(storage), "{\n");
    for (const what of [["--what", "samples"], DAY]) {
      const { code, lines, errors } = await exported("--format", "csv", ...what);
      expect([code, lines.length > 2, errors]).toEqual([1, true, [expect.stringContaining("not read: 1 line of")]]);
    }
  });

  it("writes nothing, and says what to do, where usage has more rows than --max-rows allows", async () => {
    const { code, lines, errors } = await exported("--format", "csv", ...DAY, "--max-rows", "1");
    expect([code, lines]).toEqual([2, []]);
    expect(errors).toEqual([expect.stringContaining("--max-rows: usage has more than 1 rows")]);
  });

  it.each([
    [[], "--format: expected csv or jsonl, got none"],
    [["--format", "xlsx"], '--format: expected csv or jsonl, got "xlsx"'],
    [["--format", "csv", "--what", "events"], '--what: expected usage or samples, got "events"'],
    [["--format", "csv"], "--from is missing, such as --from 2022-09-01: usage is of a stretch of time"],
    [["--format", "csv", ...DAY, "--limit", "5"], "--limit is for --what samples"],
    [["--format", "csv", "--what", "samples", "--by", "source"], "--by is for --what usage"],
    [["--format", "csv", "--what", "samples", "--time-window"], "--time-window is for --what usage"],
    [["--format", "csv", "--what", "samples", "--max-rows", "5"], "--max-rows is for --what usage"],
    [["--format", "csv", ...DAY, "--max-rows", "many"], '--max-rows: expected a whole number above 0, got "many"'],
    [
      ["--format", "csv", "--what", "samples", "--meter", "a", "--meter", "b"],
      "--meter: samples are exported of one meter, or of all",
    ],
  ])("is told what is wrong, and what would be right: %j", async (args, problem) => {
    expect(await exported(...args)).toEqual({ code: 2, lines: [], errors: [`countersign: ${problem}`] });
  });
});
