import { describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log/logger.ts";
import type { Kept, Quarantine } from "../../lib/quarantine/quarantine.ts";
import { createQuarantineQuota } from "../../lib/quarantine/quarantine-quota.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import { eventually } from "../support/eventually.ts";
import { aDatagram, aQueueMessage } from "./suspects.ts";

/** A quarantine whose writes end when the test says so. */
function gated() {
  const waiting: ((kept: Kept) => void)[] = [];
  const asked: Suspect[] = [];
  const quarantine: Quarantine = {
    keep(suspect) {
      asked.push(suspect);
      return new Promise((resolve) => waiting.push(resolve));
    },
    close: async () => undefined,
  };
  return { quarantine, asked, waiting, end: (kept: Kept = { ok: true }) => waiting.shift()?.(kept) };
}

function rig({ perMinute = 10, burst = 100, maxInFlight = 8 } = {}) {
  const gate = gated();
  const clock = { ms: 0 };
  const lines: string[] = [];
  const logger = createLogger((line) => void lines.push(line));
  const options = { perMinute, burst, maxInFlight, now: () => clock.ms };
  return { ...gate, clock, lines, share: createQuarantineQuota(gate.quarantine, logger, options) };
}

describe("a quarantine's share", () => {
  it("writes what is offered, and counts it once it is kept", async () => {
    const { share, asked, end } = rig();
    expect(share.offer(aDatagram("one"))).toBe(true);
    expect([asked, share.counts()]).toEqual([[aDatagram("one")], { kept: 0, skipped: 0, failed: 0 }]);
    end();
    await share.close();
    expect(share.counts()).toEqual({ kept: 1, skipped: 0, failed: 0 });
  });

  it("leaves out what is over the share, until time has passed", async () => {
    const { share, clock, end } = rig({ burst: 2 });
    const answers = ["a", "b", "c"].map((content) => share.offer(aDatagram(content)));
    expect(answers).toEqual([true, true, false]);
    clock.ms += 6_000;
    expect([share.offer(aDatagram("c")), share.offer(aDatagram("d"))]).toEqual([true, false]);
    for (let left = 3; left > 0; left--) end();
    await share.close();
    expect(share.counts()).toEqual({ kept: 3, skipped: 2, failed: 0 });
  });

  it("leaves out what would be one write too many at a time, which costs nothing of the share", async () => {
    const { share, end, asked } = rig({ maxInFlight: 1, burst: 2 });
    expect([share.offer(aDatagram("a")), share.offer(aDatagram("b"))]).toEqual([true, false]);
    end();
    await eventually("the first is kept", () => share.counts().kept === 1);
    expect([share.offer(aDatagram("b")), asked.length]).toEqual([true, 2]);
    end();
    await share.close();
  });

  it("writes the same content once in ten minutes, wherever it comes from", async () => {
    const { share, clock, asked, waiting } = rig();
    const again = () => share.offer(aDatagram("same", { address: "10.9.9.9" }));
    expect([share.offer(aDatagram("same")), again(), share.offer(aQueueMessage("same"))]).toEqual([true, false, true]);
    // What it differs in lies beyond what is compared.
    const long = ["x", "y"].map((end) => share.offer(aDatagram(`${"l".repeat(8_192)}${end}`)));
    expect(long).toEqual([true, false]);
    clock.ms += 599_999;
    expect(again()).toBe(false);
    clock.ms += 1;
    expect([again(), asked.length]).toEqual([true, 4]);
    for (const end of waiting) end({ ok: true });
    await share.close();
  });

  it("takes a message again that could not be written, and logs failures once a minute", async () => {
    const { share, clock, lines, end } = rig();
    const fail = async () => {
      const before = share.counts().failed;
      expect(share.offer(aDatagram("same"))).toBe(true);
      end({ ok: false, cause: new Error("full") });
      await eventually("the failure is counted", () => share.counts().failed > before);
    };
    await fail();
    await fail();
    clock.ms += 60_000;
    await fail();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "warn",
        message: "a rejected message could not be put into quarantine",
        cause: "Error: full",
        failed: 1,
      },
      {
        level: "warn",
        message: "a rejected message could not be put into quarantine",
        cause: "Error: full",
        failed: 3,
      },
    ]);
    await share.close();
  });

  it("survives a quarantine that throws", async () => {
    const quarantine: Quarantine = {
      keep: () => {
        throw new Error("on purpose");
      },
      close: async () => undefined,
    };
    const share = createQuarantineQuota(
      quarantine,
      createLogger(() => undefined),
      { perMinute: 10 },
    );
    expect(share.offer(aDatagram("one"))).toBe(true);
    await share.close();
    expect(share.counts()).toEqual({ kept: 0, skipped: 0, failed: 1 });
  });

  it("takes nothing more once it is closed, and waits for what is being written", async () => {
    const { share, end } = rig();
    share.offer(aDatagram("one"));
    let closed = false;
    const closing = share.close().then(() => {
      closed = true;
    });
    expect([share.offer(aDatagram("two")), closed]).toEqual([false, false]);
    end();
    await closing;
    await share.close();
    expect(share.counts()).toEqual({ kept: 1, skipped: 1, failed: 0 });
  });

  it("stays within its bounds in a flood of 100,000 messages", async () => {
    const { share, clock, asked, waiting } = rig({ perMinute: 60, burst: 100, maxInFlight: 8 });
    const content = Buffer.alloc(1_000);
    const before = process.memoryUsage.rss();
    let [offered, taken, most] = [0, 0, 0];
    for (let second = 0; second < 100; second++) {
      for (let number = 0; number < 1_000; number++, offered++) {
        content.writeUInt32BE(offered);
        if (share.offer(aDatagram(content))) taken++;
        most = Math.max(most, waiting.length);
      }
      clock.ms += 1_000;
      while (waiting.length > 0) waiting.shift()?.({ ok: true });
      await eventually("the writes have ended", () => share.counts().kept === taken);
    }
    await share.close();
    // 8 a second until the burst is used up, then 1.
    expect(taken).toBeGreaterThanOrEqual(100);
    expect(taken).toBeLessThanOrEqual(100 + 100);
    expect([asked.length, most, share.counts()]).toEqual([
      taken,
      8,
      { kept: taken, skipped: 100_000 - taken, failed: 0 },
    ]);
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1_048_576);
  });
});
