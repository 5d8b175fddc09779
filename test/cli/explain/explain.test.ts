import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
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

let made = 0;
beforeEach(() => {
  made = 0;
});
const of =
  (meter: Partial<Sample>) =>
  (time: string, counter_volume: Sample["counter_volume"], more: Partial<Sample> = {}) =>
    aSample({
      time: `2022-09-${time}:00.000000Z`,
      project_id: "p-1",
      user_id: "u-1",
      resource_id: "server-1",
      message_id: `m-${++made}`,
      ...meter,
      counter_volume,
      ...more,
    });
const cpu = of({ counter_name: "cpu", counter_type: "cumulative", counter_unit: "ns" });
const memory = of({ counter_name: "memory", counter_type: "gauge", counter_unit: "MB" });
const requests = of({ counter_name: "requests", counter_type: "delta", counter_unit: "request" });

async function call(args: readonly string[], width?: number) {
  const io = captureIo({ width });
  const code = await main(["explain", "--storage", storage, ...args], io);
  return { code, lines: io.lines, errors: io.errors };
}

const DAY = ["--from", "2022-09-30", "--to", "2022-10-01"];
const at = (time: string) => `2022-09-${time}:00.000000Z`;
const unchecked = { signature: "not checked: no keys given", key: null };

describe("countersign explain", () => {
  it("prints a line of JSON for each part and each sample of a counter, and the row of usage at the end", async () => {
    await record(storage, [
      cpu("29T23:50", 100n),
      cpu("30T00:10", 300n),
      cpu("30T00:20", 290n),
      cpu("30T00:30", 50n, { project_id: "p-2", message_id: "secret" }),
    ]);
    const row = ["--meter", "cpu", "--project", "p-1", "--json"];
    const { code, lines, errors } = await call([...DAY, ...row]);
    expect([code, errors]).toEqual([0, []]);
    const part = { kind: "part", resource_id: "server-1" };
    const sample = { kind: "sample", resource_id: "server-1", unit: "ns", level: true, conflict: null, dialect: "py3" };
    const [first, second, third] = [
      { time: at("29T23:50"), volume: "100", message_id: "m-1" },
      { time: at("30T00:10"), volume: "300", message_id: "m-2" },
      { time: at("30T00:20"), volume: "290", message_id: "m-3" },
    ];
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        ...part,
        rule: "rise",
        begin: first,
        end: second,
        rise: "200",
        from: at("30T00:00"),
        to: second.time,
        exact: "100",
      },
      {
        ...part,
        rule: "disorder",
        begin: second,
        end: third,
        rise: "-10",
        from: second.time,
        to: third.time,
        exact: "-10",
      },
      {
        ...part,
        rule: "reset",
        begin: third,
        end: { time: at("30T00:30"), volume: "50" },
        rise: "50",
        from: third.time,
        to: at("30T00:30"),
        exact: "50",
      },
      { ...sample, role: "neighbour", ...first, ...unchecked },
      { ...sample, role: "counted", ...second, ...unchecked },
      { ...sample, role: "counted", ...third, ...unchecked },
      expect.objectContaining({ kind: "total", signatures: { "not checked: no keys given": 3 } }),
    ]);
    const io = captureIo();
    await main(["usage", "--storage", storage, ...DAY, ...row], io);
    const { kind: _kind, signatures: _signatures, ...total } = JSON.parse(lines.at(-1) ?? "");
    expect(total).toEqual(JSON.parse(io.lines[0] ?? ""));
    expect(total.exact).toBe("140");
  });

  it("says of each content of a conflict whether it counts, and of another project's only when and how much", async () => {
    const copy = { message_id: "m" };
    await record(storage, [
      requests("30T00:00", 1n, copy),
      requests("30T00:00", 2n, copy),
      requests("30T00:00", 3n, { ...copy, project_id: "p-2" }),
    ]);
    const { lines } = await call([...DAY, "--meter", "requests", "--project", "p-1", "--json"]);
    const [, ...others] = lines.map((line) => JSON.parse(line));
    const own = { kind: "sample", resource_id: "server-1", time: at("30T00:00"), message_id: "m", unit: "request" };
    expect(others.slice(0, -1).sort((a, b) => Number(a.volume) - Number(b.volume))).toEqual([
      { ...own, role: "outdone", volume: "1", level: false, conflict: "outdone", dialect: "py3", ...unchecked },
      { ...own, role: "counted", volume: "2", level: true, conflict: "counts", dialect: "py3", ...unchecked },
      { kind: "sample", resource_id: "server-1", role: "foreign", time: at("30T00:00"), volume: "3" },
    ]);
    expect(others.at(-1)).toMatchObject({ exact: "2", conflicts: 1 });
  });

  it("proves signatures again where keys are given, and ends with 1 if one does not verify", async () => {
    const changed = { ...requests("30T00:02", 5n), counter_volume: 50n };
    const envelope = requests("30T00:01", 2n, { dialect: "v2", message_signature: null });
    await record(storage, [requests("30T00:00", 1n), envelope]);
    const args = [...DAY, "--meter", "requests", "--json", "--secret", "a secret of the tests"];
    const good = await call(args);
    expect([good.code, good.errors]).toEqual([0, []]);
    const signatures = { verifies: 1, "proved at receipt, with its envelope": 1 };
    expect(JSON.parse(good.lines.at(-1) ?? "")).toMatchObject({ kind: "total", signatures });
    await record(storage, [changed]);
    const bad = await call(args);
    expect([bad.code, bad.errors]).toEqual([
      1,
      ["countersign: 1 of these samples do not verify: a key is missing here, or a row is not what was signed"],
    ]);
    expect(JSON.parse(bad.lines.at(-1) ?? "").signatures).toEqual({ ...signatures, "does not verify": 1 });
  });

  it("prints tables that fit the terminal, with the sum at the end", async () => {
    const message_id = "4a5d9f4e-40c2-11ed-b878-000000000001";
    await record(storage, [
      memory("29T23:50", 512n),
      memory("30T00:10", 1_024n, { message_id }),
      memory("30T00:20", 1_024n, { counter_unit: "MiB" }),
      memory("30T01:00", 1_024n, { project_id: "p-2" }),
    ]);
    const args = [...DAY, "--meter", "memory", "--project", "p-1", "--max-gap", "1200", "--time-window"];
    expect((await call(args)).lines).toEqual([
      "FROM               TO                 RULE  VOLUME  SHARE IN MiB·s  OF",
      "2022-09-30         2022-09-30T00:10Z  held     512          307200  2022-09-29T23:50Z to 2022-09-30T00:10Z",
      "2022-09-30T00:10Z  2022-09-30T00:20Z  held    1024          614400  -",
      "2022-09-30T00:20Z  2022-09-30T00:30Z  held    1024          614400  2022-09-30T00:20Z to 2022-09-30T01:00Z",
      "2022-09-30T00:30Z  2022-09-30T01:00Z  gap     1024               0  2022-09-30T00:20Z to 2022-09-30T01:00Z",
      "",
      "TIME               VOLUME  MESSAGE ID                            DIALECT  NOTES",
      "2022-09-29T23:50Z     512  m-1                                   py3      neighbour",
      `2022-09-30T00:10Z    1024  ${message_id}  py3      -`,
      "2022-09-30T00:20Z    1024  m-3                                   py3      -",
      "",
      "together: 1536000 MiB·s = 426.666666666667 MiB·h",
      "signatures: not checked: no keys given: 3",
    ]);
    for (const width of [100, 80, 70]) {
      const { lines } = await call(args, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  it("shows a counter's volumes and rises, a resource where there are several, and seconds where it is narrow", async () => {
    await record(storage, [
      cpu("30T00:00", 100n, { time: "2022-09-30T00:00:00.123456Z" }),
      cpu("30T00:10", 5_000_000_000_000n, { time: "2022-09-30T00:10:00.123456Z" }),
      cpu("30T00:00", 7n, { resource_id: "server-2" }),
    ]);
    const args = [...DAY, "--meter", "cpu", "--time-window", "--secret", "a secret of the tests"];
    const { lines } = await call(args);
    expect(lines.slice(0, 4)).toEqual([
      "RESOURCE  FROM                         TO                           RULE      VOLUME               RISE             SHARE IN ns",
      "server-1  2022-09-30T00:00:00.123456Z  2022-09-30T00:00:00.123456Z  baseline  100                  -                          0",
      "server-1  2022-09-30T00:00:00.123456Z  2022-09-30T00:10:00.123456Z  rise      100 → 5000000000000  4999999999900  4999999999900",
      "server-2  2022-09-30                   2022-09-30                   baseline  7                    -                          0",
    ]);
    expect((await call(args, 84)).lines.slice(0, 4)).toEqual([
      "RESOURCE  FROM        TO                 RULE             VOLUME    SHARE IN ns",
      "server-1  2022-09-30  2022-09-30         baseline            100              0",
      "server-1  2022-09-30  2022-09-30T00:10Z  rise      5000000000000  4999999999900",
      "server-2  2022-09-30  2022-09-30         baseline              7              0",
    ]);
    expect(lines.slice(-2)).toEqual(["together: 4999999999900 ns", "signatures: verifies: 3"]);
  });

  it("says what is left out by --limit, and what that makes", async () => {
    await record(storage, [requests("30T00:00", 0.1), requests("30T00:01", 0.2), requests("30T00:02", 0.7)]);
    const args = [...DAY, "--meter", "requests", "--limit", "1"];
    const { lines } = await call([...args, "--time-window"]);
    expect(lines).toContain("… and 2 more, which make 0.9 request");
    expect(lines).toContain("… and 2 more");
    const json = (await call([...args, "--json"])).lines.map((line) => JSON.parse(line));
    expect(json.map(({ kind, of: what, count, exact }) => [kind, what, count, exact])).toEqual([
      ["part", undefined, undefined, "0.1"],
      ["more", "part", 2, "0.9"],
      ["sample", undefined, undefined, undefined],
      ["more", "sample", 2, undefined],
      ["total", undefined, undefined, "1"],
    ]);
  });

  it("tells of several rows how to choose one, and of none that there is none", async () => {
    const flavor = (name: string) => ({ resource_metadata: new Map([["flavor", name]]) });
    await record(storage, [
      cpu("30T00:00", 1n),
      cpu("30T00:00", 1n, { counter_type: "gauge", counter_unit: "it's" }),
      cpu("30T00:00", 1n, { counter_type: "gauge", project_id: null, ...flavor("small") }),
      cpu("30T00:00", 1n, { counter_type: "gauge", project_id: null, user_id: null, ...flavor("small") }),
      cpu("30T00:00", 1n, { counter_type: "gauge", project_id: null, user_id: null }),
    ]);
    const args = [...DAY, "--meter", "cpu", "--by", "user_id,metadata.flavor"];
    const problem = async (...more: string[]) => {
      const { code, errors } = await call([...args, ...more]);
      const [, choices] = /: give one of (.*)$/.exec(errors[0] ?? "") ?? [];
      return [code, choices ?? errors[0]];
    };
    expect(await problem()).toEqual([2, "--type cumulative, --type gauge"]);
    const gauge = ["--type", "gauge"];
    expect(await problem(...gauge)).toEqual([2, String.raw`--unit 'it'\''s', --unit ns`]);
    const ns = [...gauge, "--unit", "ns"];
    expect(await problem(...ns)).toEqual([2, "--no-user, --user u-1"]);
    expect(await problem(...ns, "--no-user")).toEqual([2, "--no-metadata flavor, --metadata flavor=small"]);
    const chosen = await call([...args, ...ns, "--no-user", "--no-metadata", "flavor", "--json"]);
    expect([chosen.code, chosen.lines.length]).toEqual([0, 3]);
    expect(await call([...args, "--user", "nobody"])).toEqual({
      code: 1,
      lines: [],
      errors: ["countersign: usage has no row for this: it lists what there is with the same --from and --to"],
    });
  });

  it("spells a choice so that a shell gives it back, whatever a tenant has put into it", async () => {
    const names = ["-1", "a\u001b[2J\\'", "it's"];
    await record(
      storage,
      names.map((project_id, minute) => cpu(`30T00:0${minute}`, 1n, { project_id })),
    );
    expect((await call([...DAY, "--meter", "cpu"])).errors).toEqual([
      "countersign: --project: usage has 3 rows for this, and one can be explained: give one of " +
        String.raw`--project=-1, --project $'a\u001b[2J\\\'', --project 'it'\''s'`,
    ]);
  });

  it.each([
    [DAY, "--meter is missing, such as --meter cpu: one row of usage is explained"],
    [
      ["--meter", "cpu", "--to", "2022-10-01"],
      "--from is missing, such as --from 2022-09-01: usage is of a stretch of time",
    ],
    [[...DAY, "--meter", "cpu", "--type", "counter"], `--type: expected gauge, delta or cumulative, got "counter"`],
    [[...DAY, "--meter", "cpu", "--user", "u", "--no-user"], "give either --user or --no-user"],
    [[...DAY, "--meter", "cpu", "--project", "p", "--no-project"], "give either --project or --no-project"],
    [
      [...DAY, "--meter", "cpu", "--metadata", "a=b", "--no-metadata", "a"],
      `give either --metadata or --no-metadata for "a"`,
    ],
    [[...DAY, "--meter", "cpu", "--limit", "all"], `--limit: expected a whole number, got "all"`],
  ])("is told what is wrong, and what would be right: %j", async (args, problem) => {
    expect(await call(args)).toEqual({ code: 2, lines: [], errors: [`countersign: ${problem}`] });
  });

  it("has no --period: what is explained is one", async () => {
    const { code, errors } = await call([...DAY, "--meter", "cpu", "--period", "day"]);
    expect([code, errors.length]).toEqual([2, 1]);
  });
});
