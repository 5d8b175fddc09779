import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log/logger.ts";
import { entryId } from "../../lib/quarantine/entry-id.ts";
import { type OpenedQuarantine, openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import { createQuarantineQuota, type QuarantineCounts } from "../../lib/quarantine/quarantine-quota.ts";
import { eventually } from "../support/eventually.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { describeQuarantineContract } from "./contract.ts";
import { aDatagram, aQueueMessage } from "./suspects.ts";

async function opened(url: string, onUnreadable?: (name: string, problem: string) => void): Promise<OpenedQuarantine> {
  const opening = await openQuarantine(url, onUnreadable && { onUnreadable });
  if (!opening.ok) throw new Error(opening.problem);
  return opening.quarantine;
}

describeQuarantineContract("a folder", async () => {
  const temporary = await temporaryFolder();
  const folder = join(temporary.path, "kept", "here");
  const url = `${pathToFileURL(folder).href}/?max_bytes=100`;
  const unreadable: string[] = [];
  const open = () => opened(url, (name, problem) => void unreadable.push(`${name}: ${problem}`));
  return {
    quarantine: await open(),
    unreadable,
    reopen: open,
    plant: (name, text) => writeFile(join(folder, name), text),
    close: () => temporary.remove(),
  };
});

describe("a quarantine in a folder", () => {
  let temporary: TemporaryFolder;
  let folder: string;
  beforeEach(async () => {
    temporary = await temporaryFolder();
    folder = join(temporary.path, "quarantine");
  });
  afterEach(() => temporary.remove());

  const open = (parameters = "") => opened(pathToFileURL(folder).href + parameters);

  it("takes nothing more at max_entries, says what to do, and goes on once there is room", async () => {
    const quarantine = await open("?max_entries=2");
    const answers = await Promise.all(["a", "b", "c"].map((content) => quarantine.keep(aQueueMessage(content))));
    expect(answers).toEqual([
      { ok: true },
      { ok: true },
      {
        ok: false,
        cause: new Error(
          `the quarantine ${folder} is full: it holds 2 entries, and may hold 2; replay or remove some, or raise max_entries`,
        ),
      },
    ]);
    // What is there already is no new entry.
    expect(await quarantine.keep(aQueueMessage("a"))).toEqual({ ok: true });
    const other = await open();
    expect(await other.remove(entryId(aQueueMessage("a").arrived))).toEqual({ ok: true });
    expect(await quarantine.keep(aQueueMessage("c"))).toEqual({ ok: true });
    expect((await quarantine.keep(aQueueMessage("d"))).ok).toBe(false);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it("leaves out what comes by sockets once half is full, however it was filled, and keeps queues' messages in the rest", async () => {
    const quarantine = await open("?max_entries=6&per_minute=1000");
    const lines: string[] = [];
    const logger = createLogger((line) => lines.push(line));
    const share = createQuarantineQuota(quarantine, logger, { perMinute: quarantine.perMinute });
    expect(await quarantine.keep(aQueueMessage("first"))).toEqual({ ok: true });
    for (let number = 0; number < 20; number++) {
      share.offer(aDatagram(`noise ${number}`));
      await eventually("it is kept or left out", () => sum(share.counts()) === number + 1);
    }
    expect(share.counts()).toEqual({ kept: 2, skipped: 18, failed: 0 });
    for (const content of ["second", "third", "fourth"]) {
      expect(await quarantine.keep(aQueueMessage(content))).toEqual({ ok: true });
    }
    // What was spilled came by a socket, but fails in a queue unless it is kept.
    expect((await quarantine.whole.keep(aDatagram("spilled"))).ok).toBe(false);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "rejected messages are left out of the quarantine",
        cause: `Error: the quarantine ${folder} holds 3 entries, and takes nothing more from sockets from 3 on: the rest is for messages of queues; replay or remove some, or raise max_entries`,
        skipped: 1,
      },
    ]);
    await quarantine.remove(entryId(aQueueMessage("second").arrived));
    expect((await quarantine.whole.keep(aDatagram("spilled"))).ok).toBe(true);
    await share.close();
  });

  it("counts at opening what is there, but not what a crash left half written", async () => {
    const first = await open();
    for (const content of ["a", "b"]) await first.keep(aQueueMessage(content));
    await first.close();
    await writeFile(join(folder, ".unfinished-1"), "{");
    await utimes(join(folder, ".unfinished-1"), 1, Date.now() / 1_000 - 61);
    // Another writer may be at it.
    await writeFile(join(folder, ".unfinished-2"), "{");
    await writeFile(join(folder, "notes.txt"), "somebody's own");
    const again = await open("?max_entries=3");
    expect((await again.keep(aQueueMessage("c"))).ok).toBe(true);
    expect((await again.keep(aQueueMessage("d"))).ok).toBe(false);
    const others = (await readdir(folder)).filter((name) => name.startsWith(".") || name.endsWith(".txt"));
    expect(others.sort()).toEqual([".unfinished-2", "notes.txt"]);
  });

  it("notices what another writer adds", async () => {
    const [one, other] = [await open("?max_entries=102"), await open("?max_entries=102")];
    expect((await one.keep(aQueueMessage("first"))).ok).toBe(true);
    for (let number = 0; number < 100; number++) {
      expect((await other.keep(aQueueMessage(`other ${number}`))).ok).toBe(true);
    }
    expect((await other.keep(aQueueMessage("last"))).ok).toBe(true);
    expect((await other.keep(aQueueMessage("over"))).ok).toBe(false);
  });

  it("keeps a message once that several writers keep at the same time", async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => open()));
    for (const content of ["a", "b", "c"]) {
      const answers = await Promise.all(writers.map((writer) => writer.keep(aDatagram(content))));
      expect(answers).toEqual(writers.map(() => ({ ok: true })));
    }
    expect(await readdir(folder)).toHaveLength(3);
  });

  it("lets only its owner read an entry", async () => {
    const quarantine = await open();
    await quarantine.keep(aDatagram("a"));
    const [name = ""] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it("answers not ok when the folder is gone, and never throws", async () => {
    const quarantine = await open();
    await rm(folder, { recursive: true });
    expect(await quarantine.keep(aDatagram("a"))).toMatchObject({ ok: false, cause: { code: "ENOENT" } });
    expect(await quarantine.get("abcd")).toMatchObject({ ok: false });
    expect(await quarantine.remove("a".repeat(64))).toMatchObject({ ok: false });
  });

  it("refuses an entry that is longer than any it wrote", async () => {
    const unreadable: string[] = [];
    const quarantine = await opened(pathToFileURL(folder).href, (_name, problem) => void unreadable.push(problem));
    await writeFile(join(folder, `${"0".repeat(64)}.undecodable.json`), Buffer.alloc(8_388_609));
    for await (const entry of quarantine.entries()) expect(entry).toBeUndefined();
    expect(unreadable).toEqual(["it has 8388609 bytes, and no entry has more than 8388608"]);
  });

  it("creates nothing when it is only read", async () => {
    const opening = await openQuarantine(pathToFileURL(folder).href, { readOnly: true });
    expect(opening).toMatchObject({ ok: false, problem: expect.stringContaining(`folder ${folder} can't be opened`) });
    await expect(stat(folder)).rejects.toThrow("ENOENT");
  });
});

function sum({ kept, skipped, failed }: QuarantineCounts): number {
  return kept + skipped + failed;
}
