import { writeFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { processIo } from "../../lib/cli/command/io.ts";
import { main } from "../../lib/cli/main.ts";
import { openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import type { MeteringRecord } from "../../lib/sample/sample.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { encodeMsgpack } from "../../lib/wire/msgpack-writer.ts";
import { aDatagram, aQueueMessage } from "../quarantine/suspects.ts";
import { acting, hostileText } from "../support/hostile-text.ts";
import { anEvent, aSample } from "../support/sample-builder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Runs a command as a process does. @returns all that it writes on both streams */
async function written(...args: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { ppid, once, on, exit } = process;
  const io = processIo({ ppid, once, on, exit, stdout, stderr }, false, false);
  await main(args, { ...io, stopped: () => new Promise(() => undefined) });
  return { out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

async function storedIn(url: string, records: readonly MeteringRecord[]): Promise<void> {
  const opened = await openStorage(url, allDrivers);
  if (!opened.ok) throw new Error(opened.problem);
  await opened.driver.record(records);
  await opened.driver.close();
}

describe("what a publisher chose", () => {
  it("acts on no terminal by any command, and means the same in JSON", async () => {
    const folder = await temporaryFolder();
    let run = 0;
    const property = fc.asyncProperty(hostileText, hostileText, async (name, other) => {
      const url = pathToFileURL(`${folder.path}/${run++}`).href;
      const text = { counter_name: `m${name}`, resource_id: `r${other}`, resource_metadata: new Map([[name, other]]) };
      const sample = aSample({ ...text, counter_unit: name, project_id: other, source: name });
      const event = anEvent({ event_type: `t${name}`, traits: [[other, 1n, name]] });
      await storedIn(`${url}.jsonl`, [sample, event]);
      const { message_id, time } = sample;
      await storedIn(`${url}-twice.jsonl`, [sample, aSample({ ...text, message_id, time, counter_unit: `u${other}` })]);
      const kept = await openQuarantine(url);
      if (!kept.ok) throw new Error(kept.problem);
      const rejected = [{ reason: "undecodable" as const, detail: other }];
      const address = name;
      await kept.quarantine.keep(aDatagram(encodeMsgpack(new Map([["message_id", name]])), { rejected, address }));
      await kept.quarantine.keep(aQueueMessage(JSON.stringify([{ name: other }]), { rejected, attributes: { name } }));
      const [first] = await idsIn(kept.quarantine);
      await kept.quarantine.close();
      const captured = `${folder.path}/captured`;
      await writeFile(
        captured,
        encodeMsgpack(
          new Map([
            ["counter_name", name],
            ["message_id", other],
          ]),
        ),
      );

      const storage = ["--storage", `${url}.jsonl`];
      const day = ["--from", "2022-09-30", "--to", "2022-10-01"];
      const twice = ["--storage", `${url}-twice.jsonl`];
      const quarantine = ["--quarantine", url];
      const outputs = {
        samples: await written("samples", ...storage),
        samplesJson: await written("samples", "--json", ...storage),
        meters: await written("meters", ...storage),
        metersJson: await written("meters", "--json", ...storage),
        resources: await written("resources", ...storage),
        resourcesJson: await written("resources", "--json", ...storage),
        events: await written("events", ...storage),
        eventsJson: await written("events", "--json", ...storage),
        usage: await written("usage", ...twice, ...day, "--by", `resource_id,source,metadata.${name}`),
        usageJson: await written("usage", "--json", ...twice, ...day, "--by", "resource_id,source"),
        statistics: await written("statistics", ...storage, "--meter", `m${name}`, "--by", "resource_id,source"),
        statisticsJson: await written("statistics", "--json", ...storage, "--meter", `m${name}`, "--by", "resource_id"),
        exported: await written("export", ...twice, ...day, "--format", "csv", "--by", "resource_id,source"),
        exportedJson: await written("export", ...twice, ...day, "--format", "jsonl", "--by", "resource_id,source"),
        exportedSamples: await written("export", ...storage, "--what", "samples", "--format", "jsonl"),
        wrongZone: await written("usage", ...storage, ...day, "--period", "day", "--zone", `Mars/${name}`),
        conflicts: await written("conflicts", "ls", ...twice),
        conflictsJson: await written("conflicts", "ls", "--json", ...twice),
        verify: await written("verify", "--secret", "a secret of this test", captured),
        list: await written("quarantine", "ls", ...quarantine),
        listJson: await written("quarantine", "ls", "--json", ...quarantine),
        show: await written("quarantine", "show", first ?? "", ...quarantine),
        replay: await written("quarantine", "replay", "--dry-run", "--secret", "a secret of this test", ...quarantine),
        wrong: await written("samples", "--storage", `s3:${name}`),
        unknown: await written(`c${other}`),
      };
      for (const [command, { out, err }] of Object.entries(outputs)) {
        // The end of a line of CSV is both.
        for (const line of [...out.split(/\r?\n/), ...err.split("\n")])
          expect([command, line]).not.toEqual([command, expect.stringMatching(acting)]);
      }
      expect(JSON.parse(outputs.samplesJson.out)).toMatchObject({ counter_name: `m${name}`, counter_unit: name });
      expect(JSON.parse(outputs.resourcesJson.out)).toMatchObject({ resource_id: `r${other}`, meters: [`m${name}`] });
      expect(JSON.parse(outputs.metersJson.out)).toMatchObject({ name: `m${name}`, unit: name });
      expect(JSON.parse(outputs.eventsJson.out)).toMatchObject({ event_type: `t${name}` });
      expect(JSON.parse(outputs.conflictsJson.out)).toMatchObject({ resource_id: `r${other}` });
      const [usage = ""] = outputs.usageJson.out.split("\n");
      expect(JSON.parse(usage)).toMatchObject({ meter: `m${name}`, resource_id: `r${other}` });
      expect(JSON.parse(outputs.statisticsJson.out)).toMatchObject({ groupby: { resource_id: `r${other}` } });
      expect(JSON.parse(outputs.verify.out)).toMatchObject({ counter_name: name, message_id: other });
    });
    try {
      await fc.assert(property, { numRuns: 15 });
    } finally {
      await folder.remove();
    }
  });
});

async function idsIn(quarantine: { entries(): AsyncIterable<{ readonly id: string }> }): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of quarantine.entries()) ids.push(id);
  return ids;
}
