import { expect, it } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { captureIo } from "../../support/captured-io.ts";

async function called(...args: readonly string[]) {
  const io = captureIo();
  return { code: await main(args, io), lines: io.lines, errors: io.errors };
}

it.each([
  ["verify", "--format"],
  ["collect", "--storage"],
  ["send", "--to"],
  ["samples", "--project"],
  ["meters", "--meter"],
  ["resources", "--resource"],
  ["usage", "--project"],
  ["explain", "--meter"],
  ["statistics", "--meter"],
  ["export", "--storage"],
  ["events", "--type"],
  ["conflicts ls", "--project"],
  ["redrive", "--to"],
  ["quarantine ls", "--quarantine"],
  ["keys list", "--keys"],
  ["local", "--folder"],
])("countersign %s: %s twice is a wrong call, rather than the last of both", async (command, option) => {
  const name = command.split(" ")[0];
  expect(await called(...command.split(" "), option, "one", option, "two")).toEqual({
    code: 2,
    lines: [],
    errors: [`countersign: Option '${option}' takes one value, and was given several; see countersign ${name} --help`],
  });
});

it("a switch that is given twice is on, and an option that takes several values takes them", async () => {
  const range = ["--from", "2022-09-01", "--to", "2022-10-01"];
  const args = ["usage", "--storage", "null:", ...range, "--json", "--json", "--meter", "cpu", "--meter", "memory"];
  const errors = [
    "countersign: null: keeps nothing, so nothing can be read from it; name another storage with --storage",
  ];
  expect(await called(...args)).toEqual({ code: 2, lines: [], errors });
});

it("a value that begins with a dash is told how to be given, in one line", async () => {
  expect(await called("samples", "--resource", "-1")).toEqual({
    code: 2,
    lines: [],
    errors: [
      "countersign: Option '--resource' argument is ambiguous. Did you forget to specify the option argument for " +
        "'--resource'? To specify an option argument starting with a dash use '--resource=-XYZ'; see countersign samples --help",
    ],
  });
});
