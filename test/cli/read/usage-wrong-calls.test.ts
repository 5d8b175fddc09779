import { describe, expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { captureIo } from "../../support/captured-io.ts";

const DAY = ["--from", "2022-09-30", "--to", "2022-10-01"];

describe("who calls countersign usage in a wrong way", () => {
  it.each([
    [["--to", "2022-10-01"], "--from is missing, such as --from 2022-09-01: usage is of a stretch of time"],
    [["--from", "2022-10-01"], "--to is missing, such as --to 2022-09-01: usage is of a stretch of time"],
    [
      ["--from", "2022-10-01", "--to", "2022-09-01"],
      "--from 2022-10-01 is not before --to 2022-09-01: there is nothing in between",
    ],
    [["--from", "1066-10-14", "--to", "2022-09-01"], "--from: expected a year from 1900 to 2200"],
    [["--from", "x", "--to", "2022-09-01"], `--from: not a time: "x"; expected one such as 2022-09-30T12:00:00Z`],
    [
      [...DAY, "--by", "project"],
      `--by: no field "project": choose from project_id, user_id, resource_id, source, unit, metadata.NAME`,
    ],
    [[...DAY, "--period", "week"], `--period: expected hour, day, month or a number of seconds, got "week"`],
    [[...DAY, "--period", "0"], `--period: expected hour, day, month or a number of seconds, got "0"`],
    [
      ["--from", "2022-01-01", "--to", "2023-01-01", "--period", "1"],
      "--period: more than 100000 periods: take longer ones, or a shorter time",
    ],
    [
      [...DAY, "--period", "day", "--zone", "Berlin"],
      `--zone: no time zone "Berlin": expected an IANA name, such as Europe/Berlin`,
    ],
    [
      [...DAY, "--period", "day", "--zone", "Mars/Base"],
      `--zone: no time zone "Mars/Base": expected an IANA name, such as Europe/Berlin`,
    ],
    [[...DAY, "--zone", "Europe/Berlin"], "--zone is for --period hour, day or month, and nothing else has one"],
    [[...DAY, "--max-gap", "15m"], `--max-gap: expected SECONDS or METER=SECONDS, 0 to 3024000, got "15m"`],
    [[...DAY, "--max-gap", "1", "--max-gap", "a=1", "--max-gap", "2"], "--max-gap: given twice"],
    [[...DAY, "--max-gap", "a=1", "--max-gap", "1", "--max-gap", "a=2"], `--max-gap: given twice for "a"`],
    [[...DAY, "--metadata", "a=1", "--metadata", "a=2"], `--metadata: given twice for "a", which has one value`],
    [[...DAY, "--max-rows", "0"], `--max-rows: expected a whole number above 0, got "0"`],
    [[...DAY, "--metadata", "flavor"], `--metadata: expected NAME=VALUE, got "flavor"`],
    [[...DAY, "--project", "p", "--no-project"], "give either --project or --no-project"],
  ])("is told what is wrong, and what would be right: %j", async (args, problem) => {
    const io = captureIo();
    const code = await main(["usage", "--storage", "file:///nowhere.jsonl", ...args], io);
    expect({ code, lines: io.lines, errors: io.errors }).toEqual({
      code: 2,
      lines: [],
      errors: [`countersign: ${problem}`],
    });
  });
});
