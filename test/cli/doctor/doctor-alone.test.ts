import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { captureIo } from "../../support/captured-io.ts";
import { freePort } from "../../support/free-port.ts";
import { ago, DAY } from "../../support/keys-command.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { doctor, SECRET } from "./running-collector.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describe("countersign doctor, without a collector", () => {
  it.each([
    [["--allow-default-secret"]],
    [["--allow-default-secret", "--secret", "change this or be hacked"]],
    [["--allow-default-secret", "--secret", ""]],
  ])("tells of a well-known default secret, with which anybody can sign: %j", async (trust) => {
    const { findings } = await doctor(...trust);
    expect(findings.map(({ severity, check, says }) => [severity, check, says])).toEqual([
      ["fault", "key", expect.stringMatching(/well-known default secret.* anybody/)],
    ]);
  });

  it("tells of a key that is older than a year, and not of those beside it", async () => {
    const keys = join(folder.path, "keys.json");
    const kept = {
      old: { secret: `${SECRET} 1`, addedAt: ago(400 * DAY) },
      new: { secret: SECRET, addedAt: ago(DAY) },
      retired: { secret: `${SECRET} 2`, addedAt: ago(500 * DAY), retiredAt: ago(DAY) },
      undated: `${SECRET} 3`,
    };
    await writeFile(keys, JSON.stringify(kept), { mode: 0o600 });
    const { findings } = await doctor("--keys", keys);
    const says = "it has not been changed for 400 days";
    expect(findings).toEqual([{ severity: "risk", check: "key", about: "old", says, todo: expect.any(String) }]);
  });

  it("says of a stage that can't be asked after why", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${await freePort()}`);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "local");
    vi.stubEnv("AWS_REGION", "eu-west-1");
    const diagnosis = await doctor("--stage", "nowhere");
    vi.unstubAllEnvs();
    expect([diagnosis.code, diagnosis.findings]).toEqual([
      1,
      [
        {
          severity: "unseen",
          check: "stage",
          about: "nowhere",
          says: expect.stringMatching(/^could not look, because .*ECONNREFUSED/),
          todo: expect.any(String),
        },
      ],
    ]);
  });

  it("shows people what is wrong and what to do", async () => {
    const io = captureIo();
    const tcp = `tcp://127.0.0.1:${await freePort()}`;
    expect(await main(["doctor", "--listen", tcp, "--no-send"], io)).toBe(1);
    expect(io.lines).toEqual([
      expect.stringMatching(`^fault: socket: ${tcp}: it can't be reached from here: connect ECONNREFUSED`),
      expect.stringMatching(/^ {2}do: start the collector there/),
    ]);
    expect(io.errors).toEqual(["looked at 2 things: 1 fault"]);
  });

  it.each([
    [[], "nothing to look at: give --listen udp://127.0.0.1:4952, as collect has it, or --stage NAME"],
    [
      ["--listen", "udp://127.0.0.1:4952"],
      "--storage is missing, where to find the sample that is sent; --no-send sends none",
    ],
    [
      ["--listen", "udp://127.0.0.1:0", "--no-send"],
      "--listen udp://127.0.0.1:0: give the port that the collector's ready line has",
    ],
    [["--stage", "prod", "--storage", "memory:"], "--stage finds out by itself what --storage says: leave it out"],
    [["--stage", "Prod"], "--stage: expected 1 to 20 of a-z, 0-9 and -, beginning with a letter"],
    [["--settings", "mine.json", "--health", "http://127.0.0.1:8080"], "--settings goes with --stage only"],
    [["--health", "http://127.0.0.1:8080", "--wait", "0"], "--wait: expected seconds from 1 to 600"],
    [
      ["--health", "http://127.0.0.1:8080", "--datagram-bytes", "100"],
      "--datagram-bytes: expected a number from 1200 to 65507",
    ],
  ])("is wrongly called by %j", async (args, problem) => {
    const diagnosis = await doctor(...args);
    expect([diagnosis.code, diagnosis.err]).toEqual([2, `countersign: ${problem}`]);
  });
});
