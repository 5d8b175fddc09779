import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allDrivers } from "../../../lib/assembly/drivers.ts";
import { main } from "../../../lib/cli/main.ts";
import { contentDigest } from "../../../lib/sample/content.ts";
import type { Sample } from "../../../lib/sample/sample.ts";
import { openStorage } from "../../../lib/storage/open-storage.ts";
import { captureIo } from "../../support/captured-io.ts";
import { aSample } from "../../support/sample-builder.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

const identity = {
  counter_name: "disk",
  resource_id: "host-2",
  message_id: "m-1",
  time: "2022-09-30T12:00:00.000000Z",
};
const genuine = aSample({ ...identity, project_id: "victim", counter_volume: 1_000_000_000n });
const forged = aSample({ ...identity, project_id: "other", counter_volume: 1.5 });
const lowered = aSample({ ...identity, project_id: "victim", counter_volume: 1n });
const plain = aSample({ counter_name: "cpu" });
const [genuineDigest, forgedDigest, loweredDigest] = [genuine, forged, lowered].map(contentDigest);

let folder: TemporaryFolder;
let storage: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  storage = pathToFileURL(join(folder.path, "samples.jsonl")).href;
});
afterEach(() => folder.remove());

async function record(...samples: readonly Sample[]): Promise<void> {
  const opened = await openStorage(storage, allDrivers);
  if (!opened.ok) throw new Error(opened.problem);
  await opened.driver.record(samples);
  await opened.driver.close();
}

async function run(...args: readonly string[]) {
  const io = captureIo();
  const code = await main(["conflicts", ...args], io);
  return { code, lines: io.lines, errors: io.errors };
}

async function listed(...args: readonly string[]) {
  const { code, lines, errors } = await run("ls", "--storage", storage, "--json", ...args);
  return { code, errors, conflicts: lines.map((line) => JSON.parse(line)) };
}

async function onlyId(): Promise<string> {
  const { conflicts } = await listed("--settled");
  expect(conflicts).toHaveLength(1);
  return conflicts[0].id;
}

function settling(id: string, content = genuineDigest ?? "", ...more: readonly string[]) {
  return run("settle", id, "--storage", storage, "--content", content, "--reason", "host-1 has no disks", ...more);
}

describe("countersign conflicts ls", () => {
  it("has nothing to list, and exits with 0, where each identity has one content", async () => {
    await record(plain, genuine, genuine, { ...genuine, publisher_id: "host-2" });
    expect(await listed()).toEqual({ code: 0, errors: [], conflicts: [] });
    expect((await run("ls", "--storage", storage)).lines).toHaveLength(1);
  });

  it("lists each content of a conflict, those that count first, and exits with 1", async () => {
    await record(lowered, plain, forged, genuine);
    const { code, lines, errors } = await run("ls", "--storage", storage);
    const id = (await onlyId()).slice(0, 12);
    const row = (digest: string | undefined, standing: string, volume: string, project: string) =>
      [id, digest?.slice(0, 12), standing, volume, "ns", "cumulative", project, genuine.user_id, "openstack", "py3"]
        .concat([identity.time, "disk", "host-2"])
        .join(" ");
    expect([code, errors]).toEqual([1, []]);
    expect(lines.map((line) => line.trim().replace(/ +/g, " "))).toEqual([
      "ID CONTENT STANDING VOLUME UNIT TYPE PROJECT USER SOURCE DIALECT TIME METER RESOURCE",
      row(genuineDigest, "counts", "1000000000", "victim"),
      row(forgedDigest, "counts", "1.5", "other"),
      row(loweredDigest, "outdone", "1", "victim"),
    ]);
  });

  it("prints a line of JSON each, with exact volumes and whole digests", async () => {
    await record(genuine, forged);
    const content = (sample: Sample, volume: number) => ({
      content: contentDigest(sample),
      standing: "counts",
      counter_volume: volume,
      counter_unit: "ns",
      counter_type: "cumulative",
      project_id: sample.project_id,
      user_id: genuine.user_id,
      source: "openstack",
      dialect: "py3",
    });
    const { time, counter_name, resource_id, message_id } = identity;
    expect((await listed()).conflicts).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        ...{ time, counter_name, resource_id, message_id },
        contents: [content(genuine, 1_000_000_000), content(forged, 1.5)],
        settlement: null,
      },
    ]);
  });

  it("finds a conflict by each project in it, by meter, resource and time, and no other", async () => {
    await record(genuine, forged, { ...plain, message_id: "p" }, { ...plain, message_id: "p", counter_volume: 7n });
    const matching = [
      ["--project", "victim"],
      ["--project", "other"],
      ["--meter", "disk"],
      ["--resource", "host-2"],
      ["--to", "2022-09-30T12:00:00.100000Z"],
    ];
    for (const args of matching) {
      expect(
        (await listed(...args)).conflicts.map((one) => one.message_id),
        `${args}`,
      ).toEqual(["m-1"]);
    }
    expect((await listed("--project", "nobody")).conflicts).toEqual([]);
  });

  it("says so, and exits with 1, where its limit may have cut off what is open", async () => {
    await record(genuine, forged);
    await settling(await onlyId());
    const all = await listed("--settled", "--limit", "1");
    expect([all.code, all.conflicts.length, all.errors]).toEqual([
      1,
      1,
      ["there may be more than these 1: give --limit, or --from and --to"],
    ]);
  });

  it("shows nothing that could take over a terminal", async () => {
    const odd = "\u001b[2J\u009b\u202e";
    await record(genuine, aSample({ ...identity, project_id: odd }));
    for (const args of [[], ["--json"]]) {
      const { lines } = await run("ls", "--storage", storage, ...args);
      expect(lines.join("\n")).not.toMatch(/[^\P{C}\n]/u);
    }
    expect((await run("show", await onlyId(), "--storage", storage)).lines.join("\n")).not.toMatch(/[^\P{C}\n]/u);
  });
});

describe("countersign conflicts show", () => {
  it("prints one conflict with all that each of its contents says", async () => {
    await record(genuine, forged);
    const id = await onlyId();
    const { code, lines, errors } = await run("show", id.slice(0, 6), "--storage", storage);
    expect([code, errors, lines.length]).toEqual([0, [], 1]);
    const row = { ...identity, message_signature: genuine.message_signature, dialect: "py3", time: identity.time };
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      id,
      settlement: null,
      contents: [
        { content: genuineDigest, standing: "counts", row: expect.objectContaining(row) },
        { content: forgedDigest, standing: "counts", row: expect.objectContaining({ project_id: "other" }) },
      ],
    });
  });

  it("says what it can't find", async () => {
    await record(genuine, forged);
    const { code, lines, errors } = await run("show", "0000000000000000", "--storage", storage);
    expect([code, lines, errors]).toEqual([
      1,
      [],
      ["countersign: no conflict there has an id that begins with 0000000000000000"],
    ]);
  });
});

describe("countersign conflicts settle", () => {
  it("makes one content count alone, with reason, name and time, and then none is open; both stay", async () => {
    await record(genuine, forged, lowered);
    const id = await onlyId();
    const before = Date.now();
    const { code, lines, errors } = await settling(id.slice(0, 12), forgedDigest?.slice(0, 12), "--by", "ann");
    expect([code, errors]).toEqual([
      0,
      [`${forgedDigest?.slice(0, 12)} counts alone from now on; all contents stay, and it can be settled again`],
    ]);
    const settled = JSON.parse(lines[0] ?? "");
    expect(settled).toMatchObject({ content: forgedDigest, reason: "host-1 has no disks", settled_by: "ann" });
    expect(Date.parse(settled.settled_at)).toBeGreaterThanOrEqual(before);
    expect(settled.settled_at).toMatch(/\.\d{6}Z$/);

    expect(await listed()).toEqual({ code: 0, errors: [], conflicts: [] });
    const all = await listed("--settled");
    expect(all.code).toBe(0);
    expect(all.conflicts[0].settlement).toEqual({
      content: forgedDigest,
      reason: "host-1 has no disks",
      by: "ann",
      at: settled.settled_at,
    });
    expect(all.conflicts[0].contents.map((one: { standing: string }) => one.standing)).toEqual([
      "right",
      "wrong",
      "wrong",
    ]);
  });

  it("can be done again, and the last one rules", async () => {
    await record(genuine, forged);
    const id = await onlyId();
    expect((await settling(id, forgedDigest)).code).toBe(0);
    expect((await settling(id, genuineDigest)).code).toBe(0);
    const { conflicts } = await listed("--settled");
    expect(conflicts[0].settlement.content).toBe(genuineDigest);
  });

  it("does not settle what differs from what it was told of, and writes nothing then", async () => {
    await record(genuine, forged);
    const id = await onlyId();
    const files = await readFile(new URL(storage));
    const unknown = await settling(id, "00000000");
    const nowhere = await settling("0000000000000000");
    expect([unknown, nowhere]).toEqual([
      {
        code: 1,
        lines: [],
        errors: ["countersign: no content of this conflict has a digest that begins with 00000000"],
      },
      { code: 1, lines: [], errors: ["countersign: no conflict there has an id that begins with 0000000000000000"] },
    ]);
    expect(await readFile(new URL(storage))).toEqual(files);
    expect((await listed()).code).toBe(1);
  });

  it("creates no storage where there is none", async () => {
    expect((await settling("0000")).code).toBe(2);
    await expect(stat(new URL(storage))).rejects.toThrow("ENOENT");
  });
});

describe("countersign conflicts", () => {
  const place = ["--storage", "memory:"];
  it.each<[readonly string[], string]>([
    [[], "usage: countersign conflicts ls"],
    [["rm"], 'no action "rm": choose from ls, show, settle'],
    [["toString"], 'no action "toString"'],
    [["ls"], "--storage is missing"],
    [["ls", ...place, "--limit", "all"], '--limit: expected a whole number, got "all"'],
    [["ls", ...place, "--from", "soon"], '--from: not a time: "soon"'],
    [["ls", ...place, "x"], "Unexpected argument 'x'"],
    [["show", ...place], "give one ID to show"],
    [["show", ...place, "a", "b"], "give one ID to show"],
    [["settle", ...place, "--content", "abcd", "--reason", "r"], "give one ID to settle"],
    [["settle", ...place, "abcd", "--reason", "r"], "--content: give the digest"],
    [["settle", ...place, "abcd", "--content", "abc", "--reason", "r"], "--content: give the digest"],
    [["settle", ...place, "abcd", "--content", "abcd"], "--reason: say why"],
    [["settle", ...place, "abcd", "--content", "abcd", "--reason", " "], "--reason: say why"],
    [["settle", ...place, "abcd", "--content", "abcd", "--reason", "r".repeat(1_001)], "in 1 to 1000 characters"],
    [["settle", ...place, "abcd", "--content", "abcd", "--reason", "r", "--by", ""], "--by: say who settles it"],
  ])("answers %j with 2 and what to do", async (args, problem) => {
    const { code, lines, errors } = await run(...args);
    expect([code, lines]).toEqual([2, []]);
    expect(errors.join("\n")).toContain(problem);
  });
});
