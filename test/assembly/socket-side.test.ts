import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { startUdpCollector, type UdpCollector } from "../../lib/assembly/socket-side.ts";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import { listenerMetrics, momentaryMetrics } from "../../lib/ledger/metrics.ts";
import { type Environment, type Settings, toEnvironment } from "../../lib/settings.ts";
import { openStorage } from "../../lib/storage/open-storage.ts";
import { balanced, imbalance } from "../support/balance.ts";
import { isEmf, lastEmf, sumEmf } from "../support/emf-reader.ts";
import { eventually } from "../support/eventually.ts";
import { datagrams } from "../support/fixtures.ts";
import { plainSettings } from "../support/plain-settings.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const settings: Settings = {
  ...plainSettings,
  listen: ["udp://127.0.0.1:0", "tcp://127.0.0.1:0"],
  healthPort: 0,
  healthHost: "127.0.0.1",
};

const momentary: readonly string[] = momentaryMetrics;
let folder: TemporaryFolder;
const running: UdpCollector[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((collector) => collector.stop()));
});
afterAll(() => folder.remove());

async function attempt(environment: Environment, { drainMs = 0, metricsIntervalMs = 60_000 } = {}) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const collector = await startUdpCollector({
    drivers: allDrivers,
    write,
    environment,
    drainMs,
    metricsIntervalMs,
  });
  if (!("problems" in collector)) running.push(collector);
  return { collector, lines };
}

async function start(changes: Partial<Settings> = {}, options?: Parameters<typeof attempt>[1]) {
  const { collector, lines } = await attempt(toEnvironment({ ...settings, ...changes }), options);
  if ("problems" in collector) throw new Error(collector.problems.join("; "));
  const [udp = "", tcp = ""] = collector.listening;
  return { collector, lines, udp, tcp, emf: () => lines.filter(isEmf) };
}

async function send(url: string, messages: readonly Buffer[]): Promise<void> {
  const publisher = await openPublisher(url);
  if ("problem" in publisher) throw new Error(publisher.problem);
  for (const message of messages) await publisher.send(message);
  await publisher.close();
}

async function status(collector: UdpCollector): Promise<number> {
  return (await fetch(`${collector.health}/healthz`)).status;
}

const received = (collector: UdpCollector) => collector.ledgers().udp?.figures.MessagesReceived ?? 0;

describe("the UDP collector", () => {
  it("records datagrams and frames, and tells health, figures and log", async () => {
    const storage = `file://${folder.path}/all.jsonl`;
    const { collector, lines, udp, tcp, emf } = await start({ storage });
    expect(await status(collector)).toBe(200);
    expect(JSON.parse(lines[1] ?? "")).toEqual({
      level: "info",
      message: "receiving",
      health: collector.health,
      listening: [udp, tcp],
      storage: "file",
      stage: "test",
    });
    const all = datagrams();
    await send(udp, [...all.slice(0, 50), Buffer.of(7)]);
    await send(tcp, all.slice(50, 90));
    await eventually("all received", () => received(collector) === 51);
    await eventually("all frames", () => collector.ledgers().tcp?.figures.MessagesRecorded === 40);
    const text = await (await fetch(`${collector.health}/metrics`)).text();
    expect(text).toContain('\ncountersign_messages_received_total{listener="udp"} 51\n');
    expect(text).toContain('\ncountersign_samples_rejected_total{listener="udp",reason="not-a-sample"} 1\n');
    expect(text).toContain('\ncountersign_messages_recorded_total{listener="tcp"} 40\n');

    await collector.stop();
    expect(collector.ledgers().udp?.figures).toMatchObject({ MessagesRecorded: 50, RecordsInFlight: 0 });
    for (const ledger of Object.values(collector.ledgers())) expect(imbalance(ledger)).toEqual(balanced);
    const opened = await openStorage(storage, allDrivers, { readOnly: true });
    if (!opened.ok) throw new Error(opened.problem);
    let rows = 0;
    for await (const _ of opened.driver.samples({})) rows++;
    await opened.driver.close();
    expect(rows).toBe(90);
    // The last word is the ledger.
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({
      level: "info",
      message: "stopped",
      ledgers: JSON.parse(JSON.stringify(collector.ledgers())),
    });
    expect(sumEmf(emf())).toMatchObject({
      "MessagesReceived Stage=test Listener=udp": 51,
      "SamplesRejected Stage=test Listener=udp Reason=not-a-sample": 1,
      "SamplesRecorded Stage=test Listener=tcp": 40,
    });
  });

  it("writes metrics at its interval and at the stop, which add up to the ledger", async () => {
    const { collector, udp, emf } = await start({}, { metricsIntervalMs: 5 });
    await send(udp, [...datagrams().slice(0, 30), Buffer.of(7), Buffer.alloc(0)]);
    await eventually("received", () => received(collector) === 32);
    const before = emf().length;
    await eventually("more lines", () => emf().length > before + 4);
    await collector.stop();
    const [sums, last] = [sumEmf(emf()), lastEmf(emf())];
    for (const listener of ["udp", "tcp"] as const) {
      for (const [name, total] of Object.entries(collector.ledgers()[listener]?.figures ?? {})) {
        const series = `${name} Stage=test Listener=${listener}`;
        expect([series, momentary.includes(name) ? last[series] : sums[series]]).toEqual([series, total]);
      }
    }
    const names = Object.keys(sums).flatMap((series) => (/Listener=udp$/.test(series) ? series.split(" ")[0] : []));
    const known = listenerMetrics.udp.filter((name) => name !== "KernelDrops" || process.platform === "linux");
    expect(names.sort()).toEqual([...known].sort());
    // Another's interval passes a few times, in which this one writes no more.
    const after = emf().length;
    const other = await start({}, { metricsIntervalMs: 5 });
    await eventually("lines of the other", () => other.emf().length > 8);
    expect(emf()).toHaveLength(after);
  });

  it("fails its health check first and goes on receiving for the drain period; asked again, it stops at once", async () => {
    const { collector, udp } = await start({}, { drainMs: 60_000 });
    const stopping = collector.stop();
    expect(await status(collector)).toBe(503);
    await send(udp, datagrams().slice(0, 20));
    await eventually("received while it drains", () => received(collector) === 20);
    const again = performance.now();
    await collector.stop();
    await stopping;
    expect(performance.now() - again).toBeLessThan(5_000);
    expect(collector.ledgers().udp?.figures.MessagesRecorded).toBe(20);
    await expect(status(collector)).rejects.toThrow();
    // Its port is free for another.
    const socket = createSocket("udp4").bind(Number(new URL(udp.replace("udp:", "http:")).port), "127.0.0.1");
    await once(socket, "listening");
    socket.close();
  });

  it("binds the health port where the settings say, and nowhere else", async () => {
    const { collector } = await start({ healthHost: "127.0.0.2" });
    const { hostname, port } = new URL(collector.health ?? "");
    expect(hostname).toBe("127.0.0.2");
    expect((await fetch(`http://127.0.0.2:${port}/healthz`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it("opens no health port where the settings name none", async () => {
    const { collector } = await start({ healthPort: null });
    expect(collector.health).toBeNull();
  });

  it("reports every setting that can't be used at once, and opens nothing", async () => {
    const { collector, lines } = await attempt({
      COUNTERSIGN_STORAGE: `ftp://x,file://${folder.path}/never.jsonl`,
      COUNTERSIGN_LISTEN: "4952",
      COUNTERSIGN_HEALTH_PORT: "http",
      COUNTERSIGN_DIALECTS: "py4",
    });
    expect(collector).toEqual({
      problems: [
        'COUNTERSIGN_DIALECTS: no dialect "py4": choose from py3, kilo, icehouse',
        'COUNTERSIGN_LISTEN: "4952": write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952',
        'COUNTERSIGN_HEALTH_PORT: expected a port from 0 to 65535, got "http"',
        expect.stringMatching(/^COUNTERSIGN_STORAGE: unknown storage "ftp:/),
        expect.stringMatching(/^a secret is missing/),
      ],
    });
    expect(lines).toEqual([]);
  });

  it.each<[string, Environment, string]>([
    ["nowhere to listen", { COUNTERSIGN_LISTEN: "" }, "COUNTERSIGN_LISTEN is missing: give an address such as udp://"],
    ["no storage", { COUNTERSIGN_STORAGE: "" }, "COUNTERSIGN_STORAGE is missing"],
    ["a storage that can't be opened", { COUNTERSIGN_STORAGE: "file:///dev/null/x" }, "/dev/null/x can't be opened"],
    ["a name that has no address", { COUNTERSIGN_LISTEN: "udp://no-such-host.invalid:0" }, "cannot listen on udp://no"],
  ])("does not start with %s", async (_what, changes, problem) => {
    const { collector } = await attempt({ ...toEnvironment(settings), ...changes });
    expect(collector).toEqual({ problems: [expect.stringContaining(problem)] });
  });

  it("does not start on a taken port, neither its own nor the health's, and lets go of the rest", async () => {
    const { collector, tcp } = await start();
    const taken = Number(new URL(tcp.replace("tcp:", "http:")).port);
    const health = await attempt(
      toEnvironment({ ...settings, healthPort: Number(new URL(collector.health ?? "").port) }),
    );
    expect(health.collector).toEqual({ problems: [expect.stringContaining("EADDRINUSE")] });
    const probe = createSocket("udp4").bind(0, "127.0.0.1");
    await once(probe, "listening");
    const free = probe.address().port;
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    const listen = [`udp://127.0.0.1:${free}`, `tcp://127.0.0.1:${taken}`];
    const second = await attempt(toEnvironment({ ...settings, listen }));
    expect(second.collector).toEqual({ problems: [expect.stringContaining("another process has the port")] });
    const { udp } = await start({ listen: [`udp://127.0.0.1:${free}`] });
    expect(udp).toBe(`udp://127.0.0.1:${free}`);
  });
});
