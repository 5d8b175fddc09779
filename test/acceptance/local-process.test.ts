import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../lib/cli/main.ts";
import { captureIo } from "../support/captured-io.ts";
import { eventually } from "../support/eventually.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { start } from "./command-process.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describe("the local process", () => {
  it("shows the demo, ends by itself, and finds the same samples again in a second run", async () => {
    const args = ["local", "--demo", "--once", "--port", "0", "--folder", `${folder.path}/local`];
    const tables: string[] = [];
    for (let run = 0; run < 2; run++) {
      const { child, output, exited } = start(args);
      try {
        expect(await exited).toEqual({ code: 0, signal: null });
      } finally {
        child.kill("SIGKILL");
      }
      expect(output.out).toContain("Replayed 120 datagrams by UDP, 40 frames by TCP and 9 messages by the queue.");
      const ledger = output.out.split("\n").filter((line) => /^(?:listeners|queue|samples): /.test(line));
      expect(ledger).toEqual([
        "listeners: 160 received = 160 recorded + 0 rejected + 0 partial + 0 failed + 0 spilled + 0 shed + 0 in flight",
        "queue: 9 received = 8 recorded + 0 rejected + 1 partial + 0 failed, to be tried again",
        "samples: 209 decoded = 205 recorded + 0 duplicate + 4 rejected + 0 failed + 0 spilled + 0 shed + 0 in flight; 0 datagrams dropped by the kernel",
      ]);
      tables.push(output.out.slice(output.out.indexOf("METER")));
    }
    expect(tables[1]).toBe(tables[0]);
    expect(tables[0]?.match(/\n/g)?.length).toBeGreaterThan(20);
  });

  it("says that the port is taken, and how to take another", async () => {
    const busy = start(["local", "--port", "0", "--folder", `${folder.path}/busy`]);
    try {
      await eventually("it listens", () => busy.output.out.includes("Receiving"));
      const [, port = ""] = /udp:\/\/127\.0\.0\.1:([0-9]+)/.exec(busy.output.out) ?? [];
      const second = captureIo();
      expect(await main(["local", "--port", port, "--folder", `${folder.path}/second`], second)).toBe(2);
      expect(second.errors.join("\n")).toContain("another process has the port");
      expect(second.errors.join("\n")).toContain("--port 0");
      busy.child.kill("SIGTERM");
      expect(await busy.exited).toEqual({ code: 0, signal: null });
      // What came since the start, or since the demo, is accounted for at the end.
      expect(busy.output.out).toContain("\nsamples: 0 decoded = 0 recorded");
    } finally {
      busy.child.kill("SIGKILL");
    }
  });
});
