import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log/logger.ts";
import { openQuarantine } from "../../lib/quarantine/open-quarantine.ts";
import type { Kept, Quarantine } from "../../lib/quarantine/quarantine.ts";
import { createQuarantineQuota } from "../../lib/quarantine/quarantine-quota.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { aDatagram } from "./suspects.ts";

const logger = createLogger(() => undefined);

function ambiguous(content: string, signature = content): Suspect {
  return aDatagram(content, { rejected: [{ reason: "ambiguous", detail: "two readings", signature }] });
}

/** A quarantine whose writes end when the test says so, apart from that of what anybody can send. */
function rig() {
  const asked: string[] = [];
  const waiting: ((kept: Kept) => void)[] = [];
  const none: Quarantine = { keep: async () => ({ ok: true }), close: async () => undefined };
  const whole: Quarantine = {
    keep({ arrived }) {
      asked.push(arrived.form === "bytes" ? Buffer.from(arrived.bytes).toString() : arrived.text);
      return new Promise((resolve) => waiting.push(resolve));
    },
    close: async () => undefined,
  };
  const share = createQuarantineQuota({ ...none, whole }, logger, { perMinute: 1, burst: 1 });
  return { share, asked, end: (kept: Kept = { ok: true }) => waiting.shift()?.(kept) };
}

describe("what is proved genuine and ambiguous", () => {
  it("is kept whole however much there is, beside a share that noise has used up", async () => {
    const folder = await temporaryFolder();
    const opened = await openQuarantine(`${pathToFileURL(folder.path).href}?per_minute=1&max_bytes=10&max_entries=100`);
    if (!opened.ok) throw new Error(opened.problem);
    const share = createQuarantineQuota(opened.quarantine, logger, { perMinute: 1, burst: 1 });
    for (let number = 0; number < 30; number++) share.offer(aDatagram(`noise ${number}`));
    const genuine = Array.from({ length: 60 }, (_, number) => `${number} ${"x".repeat(9_000)}`);
    expect(genuine.map((content) => share.offer(ambiguous(content)))).toEqual(genuine.map(() => true));
    await share.close();
    expect(share.counts()).toEqual({ kept: 61, skipped: 29, failed: 0 });

    const kept: string[] = [];
    for await (const { arrived, truncated } of opened.quarantine.entries({ reason: "ambiguous" })) {
      expect(truncated).toBe(false);
      if (arrived.form === "bytes") kept.push(Buffer.from(arrived.bytes).toString());
    }
    expect(kept.sort()).toEqual([...genuine].sort());
    await opened.quarantine.close();
    await folder.remove();
  });

  it("has room in a folder where noise by sockets has used up its own", async () => {
    const folder = await temporaryFolder();
    const opened = await openQuarantine(`${pathToFileURL(folder.path).href}?max_entries=4&max_socket_entries=2`);
    if (!opened.ok) throw new Error(opened.problem);
    const share = createQuarantineQuota(opened.quarantine, logger, { perMinute: 9, burst: 9 });
    for (const noise of ["a", "b", "c"]) share.offer(aDatagram(noise));
    await eventually("noise is kept or left out", () => share.counts().kept + share.counts().skipped === 3);
    for (const proved of ["d", "e", "f"]) share.offer(ambiguous(proved));
    await share.close();
    expect(share.counts()).toEqual({ kept: 4, skipped: 1, failed: 1 });
    await opened.quarantine.close();
    await folder.remove();
  });

  it("is kept once, and at most four times under one signature, in whatever form it comes", async () => {
    const { share, asked, end } = rig();
    const forms = ["a", "a", "b", "c", "d", "e", "f"];
    expect(forms.map((form) => share.offer(ambiguous(form, "one")))).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(share.offer(ambiguous("e", "another"))).toBe(true);
    for (let left = 5; left > 0; left--) end();
    await share.close();
    expect([asked, share.counts()]).toEqual([["a", "b", "c", "d", "e"], { kept: 5, skipped: 3, failed: 0 }]);
  });

  it("waits for its turn, in memory of its own, and is lost and counted beyond 16 MiB or after the stop", async () => {
    const { share, asked, end } = rig();
    const megabyte = (letter: string) => letter.repeat(1_048_576);
    const letters = "abcdefghijklmnopq";
    expect(Array.from(letters, (letter) => share.offer(ambiguous(megabyte(letter), letter)))).toEqual(
      Array.from(letters, (letter) => letter !== "q"),
    );
    expect([asked.length, share.counts().failed]).toEqual([8, 1]);
    for (let ended = 0; ended < 16; ended++) {
      await eventually("the next is being written", () => asked.length >= Math.min(16, 8 + ended));
      end();
    }
    await share.close();
    expect(asked.map(([letter]) => letter).join("")).toBe("abcdefghijklmnop");
    expect([share.offer(ambiguous("late")), share.counts()]).toEqual([false, { kept: 16, skipped: 0, failed: 2 }]);
  });

  it("may come again once it could not be kept", async () => {
    const { share, asked, end } = rig();
    share.offer(ambiguous("a"));
    end({ ok: false, cause: new Error("full") });
    await eventually("it failed", () => share.counts().failed === 1);
    expect(share.offer(ambiguous("a"))).toBe(true);
    end();
    await share.close();
    expect([asked, share.counts()]).toEqual([["a", "a"], { kept: 1, skipped: 0, failed: 1 }]);
  });
});
