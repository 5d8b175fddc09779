import { expect, it } from "vitest";
import { table } from "../../../lib/cli/command/table.ts";

it("figures stand to the right, and days to the left as other times do", () => {
  const rows = [
    ["2022-09-30", "1e+16", "-0.5", "cpu"],
    ["2022-10-01", "1e-07", "12", "7"],
  ];
  expect(table(["A DAY OR SO", "VOLUME", "AMOUNT", "METER"], rows)).toEqual([
    "A DAY OR SO  VOLUME  AMOUNT  METER",
    "2022-09-30    1e+16    -0.5  cpu",
    "2022-10-01    1e-07      12  7",
  ]);
});
