import { afterEach, describe, expect, it } from "vitest";
import { openPublisher } from "../../lib/cli/publisher.ts";
import { type Collector, createCollector } from "../../lib/collector/collector.ts";
import { createMetricsWriter } from "../../lib/collector/emf.ts";
import { listenerLedgers } from "../../lib/collector/listener/listener-ledger.ts";
import { createLogger } from "../../lib/collector/logger.ts";
import type { StorageDriver } from "../../lib/storage/driver.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { lastEmf, sumEmf } from "../support/emf-reader.ts";
import { eventually } from "../support/eventually.ts";
import { captureJudge, datagrams } from "../support/fixtures.ts";
import { openErratic } from "./listener/erratic-driver.ts";
import { openGated } from "./listener/gated-driver.ts";

const address = { host: "127.0.0.1", port: 0 };
const running: Collector[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((collector) => collector.stop()));
});

/** A collector on UDP and TCP, and what a metrics writer makes of it. */
async function collecting(storage: StorageDriver) {
  const log: string[] = [];
  const lines: string[] = [];
  const collector = createCollector({
    addresses: [
      { ...address, protocol: "udp" },
      { ...address, protocol: "tcp" },
    ],
    judge: captureJudge(),
    storage,
    logger: createLogger((line) => log.push(line)),
    flushMs: 300,
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
    expect(figures()).toMatchObject(Array(2).fill({ MessagesReceived: sent, RecordsInFlight: 0 }));

    // And CloudWatch is told the same.
    const [sums, last] = [sumEmf(lines), lastEmf(lines)];
    for (const listener of ["udp", "tcp"] as const) {
      for (const [figure, total] of Object.entries(ledgers()[listener]?.figures ?? {})) {
        const series = `${figure} Stage=test Listener=${listener}`;
        expect([series, figure === "RecordsInFlight" ? last[series] : sums[series]]).toEqual([series, total]);
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
});
