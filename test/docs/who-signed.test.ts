import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { toRow } from "../../lib/storage/rows/record-row.ts";
import { receivedBy } from "../fuzz/judges.ts";
import { captureIo } from "../support/captured-io.ts";
import { accepted, captureJudge, datagrams } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it("docs/storage.md tells how rows are made messages again, each of which leads to its key", async () => {
  const page = await readFile(new URL("../../docs/storage.md", import.meta.url), "utf8");
  const [, commands = ""] = /## Who signed a row\n.*?```sh\n(.*?)countersign verify/s.exec(page) ?? [];
  const judge = captureJudge();
  const rows = datagrams().flatMap((bytes) => judge.bytes(bytes, receivedBy("udp")).map(accepted));
  const folder = await temporaryFolder();
  try {
    await writeFile(join(folder.path, "samples.jsonl"), rows.map(({ record }) => `${toRow(record)}\n`).join(""));
    await promisify(execFile)("sh", ["-c", commands], { cwd: folder.path });
    const io = captureIo();
    const messages = join(folder.path, "messages.json");
    expect(await main(["verify", "--format", "envelope", "--allow-default-secret", messages], io)).toBe(0);
    const verdicts = io.lines.map((line) => JSON.parse(line));
    expect(verdicts.map(({ outcome, message_id }) => [outcome, message_id])).toEqual(
      rows.map(({ record }) => ["recorded", record.message_id]),
    );
    expect(new Set(verdicts.map(({ key }) => key)).size).toBe(1);
  } finally {
    await folder.remove();
  }
});
