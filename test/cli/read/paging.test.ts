import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { record, run } from "../../support/reading-commands.ts";
import { anEvent, aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const COUNT = 12;
const time = (index: number) => `2022-09-30T12:00:0${Math.floor(index / 4)}.000000Z`;

let folder: TemporaryFolder;
let storage: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
  const conflict = { message_id: "conflict", time: time(11) };
  await record(storage, [
    ...Array.from({ length: COUNT - 1 }, (_, index) =>
      aSample({
        time: time(index),
        message_id: `m${index}`,
        counter_name: `c${index % 2}`,
        resource_id: `r${index % 3}`,
      }),
    ),
    ...[1n, 2n].map((counter_volume) => aSample({ ...conflict, counter_volume })),
    ...Array.from({ length: COUNT }, (_, index) => anEvent({ time: time(index), message_id: `m${index}` })),
  ]);
});
afterEach(() => folder.remove());

/** Calls a list for one page after the other, as a program does, while others write. @returns its rows */
async function pagesOf(command: string, limit: number): Promise<readonly (readonly Record<string, unknown>[])[]> {
  const pages: Record<string, unknown>[][] = [];
  let place: string | undefined;
  do {
    const after = place === undefined ? [] : ["--after", place];
    const { code, lines, errors } = await run([command], storage, "--json", "--limit", String(limit), ...after);
    expect([code, errors]).toEqual([0, []]);
    const rows = lines.map((line) => JSON.parse(line));
    const last = rows.at(-1);
    place = typeof last?.next === "string" ? last.next : undefined;
    pages.push(place === undefined ? rows : rows.slice(0, -1));
    await record(storage, [
      aSample({ time: "2022-10-01T00:00:00.000000Z", counter_name: "new", resource_id: "new" }),
      anEvent({ time: "2022-10-01T00:00:00.000000Z" }),
    ]);
  } while (place !== undefined);
  return pages;
}

describe("a list that is read page by page", () => {
  it.each([1, 5, 7, COUNT, 100])("has each sample and event once, by pages of %i", async (limit) => {
    const all = async (command: string) =>
      (await run([command], storage, "--json")).lines.map((line) => JSON.parse(line));
    for (const command of ["samples", "events"]) {
      const before = await all(command);
      const pages = await pagesOf(command, limit);
      const identities = new Set(before.map(({ time: at, message_id }) => `${at} ${message_id}`));
      expect(pages).toHaveLength(Math.ceil(identities.size / limit));
      expect(pages.flat()).toEqual(before);
    }
  });

  it.each([1, 5, 7, 100])("has meters and resources whose samples add up, by pages of %i samples", async (limit) => {
    for (const [command, name] of [
      ["meters", "name"],
      ["resources", "resource_id"],
    ] as const) {
      const sums = (rows: readonly Record<string, unknown>[]) => {
        const found = new Map<unknown, number>();
        for (const row of rows) found.set(row[name], (found.get(row[name]) ?? 0) + Number(row.samples));
        return new Map([...found].sort());
      };
      const { lines } = await run([command], storage, "--json");
      const before = sums(lines.map((line) => JSON.parse(line)));
      const pages = await pagesOf(command, limit);
      before.delete("new");
      const after = sums(pages.flat());
      after.delete("new");
      expect(after).toEqual(before);
    }
  });

  it.each(["samples", "events", "meters", "resources"])(
    "tells a person beside the table of %s how to go on",
    async (command) => {
      const { errors, lines } = await run([command], storage, "--limit", "5");
      expect(errors).toEqual([expect.stringMatching(/^more: --after [A-Za-z0-9_-]{20,}$/)]);
      expect(lines.join()).not.toContain("next");
      const place = errors[0]?.split(" ").at(-1) ?? "";
      expect((await run([command], storage, "--after", place)).errors).toEqual([]);
      expect((await run([command], storage, "--limit", "0")).errors).toEqual([]);
    },
  );

  it.each([
    ["samples", "x"],
    ["samples", "é"],
    ["meters", ""],
    ["events", Buffer.from("{}").toString("base64url")],
    ["resources", Buffer.from('{"v":1,"sample":["now","m","c","r"]}').toString("base64url")],
    ["samples", Buffer.from('{"v":1,"sample":["2022-09-30T12:00:00.000000Z","m","c"]}').toString("base64url")],
    ["events", Buffer.from('{"v":1,"event":{"length":3}}').toString("base64url")],
  ])("of %s refuses what is no place: %j", async (command, place) => {
    expect(await run([command], storage, "--after", place)).toEqual({
      code: 2,
      lines: [],
      errors: [
        'countersign: --after: not a place in this list: give what a list before it ended with, as "next" or behind "more: --after"',
      ],
    });
  });

  it("refuses a place of another list, and of another version", async () => {
    const placeOf = async (command: string) =>
      (await run([command], storage, "--limit", "1")).errors[0]?.split(" ").at(-1) ?? "";
    const errorOf = async (command: string, place: string) => (await run([command], storage, "--after", place)).errors;
    expect(await errorOf("samples", await placeOf("events"))).toEqual([
      "countersign: --after: a place in a list of events, and no other list has it",
    ]);
    expect(await errorOf("events", await placeOf("meters"))).toEqual([
      "countersign: --after: a place in a list of samples, and events have none of it",
    ]);
    expect(await errorOf("events", Buffer.from('{"v":2}').toString("base64url"))).toEqual([
      "countersign: --after: of another version of countersign: begin without it",
    ]);
  });
});
