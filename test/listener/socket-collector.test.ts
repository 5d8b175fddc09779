import { afterEach, describe, expect, it } from "vitest";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import { createMetricsWriter } from "../../lib/ledger/emf.ts";
import { momentaryMetrics } from "../../lib/ledger/metrics.ts";
import { listenerLedgers } from "../../lib/ledger/socket-ledger.ts";
import {
  createSocketCollector,
  type SocketCollector,
  type SocketCollectorOptions,
} from "../../lib/listener/socket-collector.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { QuarantineQuota } from "../../lib/quarantine/quarantine-quota.ts";
import type { Suspect } from "../../lib/sample/arrived.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { openErratic } from "../dispatch/erratic-driver.ts";
import { openGated } from "../dispatch/gated-driver.ts";
import { scriptedSpillQueue } from "../dispatch/scripted-spill-queue.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { lastEmf, sumEmf } from "../support/emf-reader.ts";
import { eventually } from "../support/eventually.ts";
import { captureJudge, datagrams } from "../support/fixtures.ts";

const momentary: readonly string[] = momentaryMetrics;
const address = { host: "127.0.0.1", port: 0 };
const running: SocketCollector[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((collector) => collector.stop()));
});

/** A collector on UDP and TCP, and what a metrics writer makes of it. */
async function collecting(storage: StorageDriver, more: Partial<SocketCollectorOptions> = {}) {
  const log: string[] = [];
  const lines: string[] = [];
  const collector = createSocketCollector({
    addresses: [
      { ...address, protocol: "udp" },
      { ...address, protocol: "tcp" },
    ],
    judge: captureJudge(),
    storage,
    logger: createLogger((line) => log.push(line)),
    flushMs: 300,
    ...more,
  });
  running.push(collector);
  const urls = await collector.start();
  const metrics = createMetricsWriter({ stage: "test", write: (line) => lines.push(line) });
  const ledgers = () => listenerLedgers(collector.counters());
  return { collector, urls, log, lines, ledgers, write: () => metrics.write(ledgers()) };
}

async function send(url: string, messages: readonly Buffer[]): Promise<void> {
  const publisher = await openPublisher(url);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
}

const storages: Readonly<Record<string, () => StorageDriver>> = {
  "that stores": () => openGated(),
  "that fails at random": () => openErratic(["recorded", "failed", "unstorable", "recorded", "throw", "too few"]),
  "that refuses everything": () => openErratic(["failed"]),
  "that can store nothing of it ever": () => openErratic(["unstorable"]),
  "that breaks its promises": () => openErratic(["throw"]),
  "that never answers": () => {
    const driver = openGated();
    driver.shut();
    return driver;
  },
};

describe("a collector's ledgers", () => {
  it.each(Object.keys(storages))("balance at every moment and to the end with a storage %s", async (name) => {
    const storage = storages[name]?.() ?? openGated();
    const { collector, urls, lines, ledgers, write } = await collecting(storage);
    const [udp = "", tcp = ""] = urls;
    const expectBalance = () => {
      for (const ledger of Object.values(ledgers())) expect(imbalance(ledger)).toEqual(balanced);
      write();
    };
    const poison = [Buffer.of(7), Buffer.of(0x80), Buffer.of(0xc1)];
    const all = datagrams();
    for (let first = 0; first < all.length; first += 20) {
      await send(udp, [...all.slice(first, first + 20), ...poison]);
      await send(tcp, [...all.slice(first, first + 20), ...poison]);
      expectBalance();
    }
    const sent = all.length + (all.length / 20) * poison.length;
    const figures = () => [ledgers().udp?.figures, ledgers().tcp?.figures];
    await eventually("all received", () => figures().every((one) => one?.MessagesReceived === sent));
    expectBalance();
    await collector.stop();
    expectBalance();
    expect(figures()).toMatchObject(Array(2).fill({ MessagesReceived: sent, MessagesInFlight: 0, RecordsInFlight: 0 }));

    // And CloudWatch is told the same.
    const [sums, last] = [sumEmf(lines), lastEmf(lines)];
    for (const listener of ["udp", "tcp"] as const) {
      for (const [figure, total] of Object.entries(ledgers()[listener]?.figures ?? {})) {
        const series = `${figure} Stage=test Listener=${listener}`;
        expect([series, momentary.includes(figure) ? last[series] : sums[series]]).toEqual([series, total]);
      }
    }
  });

  it("count what a stop had to give up, and the log says why", async () => {
    const { collector, urls, log, ledgers } = await collecting(openErratic(["failed"]));
    await send(urls[0] ?? "", datagrams().slice(0, 10));
    await eventually("received", () => ledgers().udp?.figures.MessagesReceived === 10);
    await collector.stop();
    expect(ledgers().udp?.figures).toMatchObject({ MessagesFailed: 10, SamplesFailed: 10 });
    const lost = log.map((line) => JSON.parse(line)).filter((entry) => entry.level === "error");
    expect(lost.reduce((sum, entry) => sum + entry.count, 0)).toBe(10);
  });

  it("count as spilled what storage did not take by the stop, and nothing as lost", async () => {
    const spillQueue = scriptedSpillQueue();
    const { collector, urls, log, ledgers } = await collecting(openErratic(["failed"]), { spillQueue, spillMs: 1_000 });
    for (const url of urls) await send(url, [...datagrams().slice(0, 10), Buffer.of(7)]);
    const figures = () => [ledgers().udp?.figures, ledgers().tcp?.figures];
    await eventually("received", () => figures().every((one) => one?.MessagesReceived === 11));
    await collector.stop();
    const all = { MessagesSpilled: 10, SamplesSpilled: 10, MessagesRejected: 1, MessagesFailed: 0, RecordsInFlight: 0 };
    expect(figures()).toMatchObject([all, all]);
    for (const ledger of Object.values(ledgers())) expect(imbalance(ledger)).toEqual(balanced);
    // The same ten by both listeners, held and spilled once.
    expect(spillQueue.calls.flat()).toHaveLength(10);
    expect(log.filter((line) => line.includes("lost"))).toEqual([]);
  });

  it("offer each rejected message to the quarantine, with how it came", async () => {
    const offered: Suspect[] = [];
    const quarantine: QuarantineQuota = {
      offer: (suspect) => offered.push(suspect) > 0,
      counts: () => ({ kept: 0, skipped: 0, failed: 0 }),
      close: async () => undefined,
    };
    const { urls } = await collecting(openGated(), { quarantine });
    for (const url of urls) await send(url, [Buffer.of(7), datagrams()[0] ?? Buffer.of()]);
    await eventually("both told", () => offered.length === 2);
    const suspect = (listener: string) => ({
      arrived: {
        form: "bytes",
        bytes: Buffer.of(7),
        receipt: { listener, address: "127.0.0.1", receivedAt: expect.any(Number) },
      },
      rejected: [{ reason: "not-a-sample", detail: "expected a map, got a number" }],
    });
    expect(offered).toEqual(expect.arrayContaining([suspect("udp"), suspect("tcp")]));
  });
});
