import { afterEach, describe, expect, it } from "vitest";
import { openPublisher } from "../../lib/cli/send/publisher.ts";
import { parseListenUrl } from "../../lib/listener/socket/listen-url.ts";
import { isEveryIPv6, plainAddress } from "../../lib/listener/socket/plain-address.ts";
import { createSocketCollector, type SocketCollector } from "../../lib/listener/socket-collector.ts";
import { createLogger } from "../../lib/log/logger.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";
import { openMemory } from "../../lib/storage/memory/memory.ts";
import { eventually } from "../support/eventually.ts";
import { captureJudge, datagrams } from "../support/fixtures.ts";
import { freePort } from "../support/free-port.ts";

/** What somebody met who gave `[::]`, read that it listens on every address, and lost every publisher of IPv4. */

let collector: SocketCollector | undefined;
afterEach(async () => {
  await collector?.stop();
  collector = undefined;
});

/** A collector on these URLs, with the receipts of what it was sent, and its log. */
async function listening(...urls: readonly string[]) {
  const judge = captureJudge();
  const receipts: Receipt[] = [];
  const log: string[] = [];
  collector = createSocketCollector({
    addresses: urls.map(parseListenUrl).flatMap((parsed) => (parsed.ok ? [parsed.address] : [])),
    judge: {
      ...judge,
      bytes(bytes, receipt) {
        receipts.push(receipt);
        return judge.bytes(bytes, receipt);
      },
    },
    storage: openMemory(),
    logger: createLogger((line) => log.push(line)),
  });
  return { bound: await collector.start(), receipts, log, collector };
}

async function sendTo(url: string, message: Uint8Array): Promise<void> {
  const publisher = await openPublisher(url);
  if ("problem" in publisher) throw new Error(publisher.problem);
  await publisher.send(Buffer.from(message));
  await publisher.close();
}

const portOf = (url = "") => Number(new URL(url.replace(/^(udp|tcp):/, "http:")).port);
const [good = new Uint8Array()] = datagrams();

describe.each(["udp", "tcp"] as const)("%s://[::]", (protocol) => {
  it("takes IPv4 as well, and knows its senders by the addresses that they have", async () => {
    const { bound, receipts, log, collector } = await listening(`${protocol}://[::]:0`);
    const port = portOf(bound[0]);
    expect(bound).toEqual([`${protocol}://[::]:${port}`]);
    await sendTo(`${protocol}://127.0.0.1:${port}`, good);
    await eventually("one judged", () => receipts.length === 1);
    await sendTo(`${protocol}://[::1]:${port}`, good);
    await eventually("two judged", () => receipts.length === 2);
    await sendTo(`${protocol}://127.0.0.1:${port}`, Buffer.of(7));
    await eventually("three judged", () => receipts.length === 3);
    expect(receipts.map(({ address }) => address)).toEqual(["127.0.0.1", "::1", "127.0.0.1"]);
    expect(JSON.parse(log[0] ?? "")).toMatchObject({
      reason: "not-a-sample",
      from: expect.stringMatching(/^127\.0\.0\.1:[0-9]+$/),
    });
    if (protocol === "udp" && process.platform === "linux") {
      expect(collector.counters()[bound[0] ?? ""]?.figures.KernelDrops).toBe(0);
    }
  });

  it.each(["0.0.0.0", "127.0.0.1", "localhost"])("leaves IPv4 to %s on the same port, and says so", async (host) => {
    const port = await freePort();
    const { bound, receipts, collector } = await listening(
      `${protocol}://[::]:${port}`,
      `${protocol}://${host}:${port}`,
    );
    expect(bound[0]).toBe(`${protocol}://[::]:${port}?ipv6only=1`);
    await sendTo(`${protocol}://127.0.0.1:${port}`, good);
    await eventually("one judged", () => receipts.length === 1);
    const counters = collector.counters();
    expect(bound.map((url) => counters[url]?.figures.MessagesReceived)).toEqual([0, 1]);
  });

  it("leaves IPv4 alone when it is asked to", async () => {
    const { bound } = await listening(`${protocol}://[::]:0?ipv6only=1`);
    expect(bound).toEqual([expect.stringMatching(/\?ipv6only=1$/)]);
  });
});

describe("an address of a socket for both kinds", () => {
  it.each([
    ["::ffff:10.1.2.3", "10.1.2.3"],
    ["10.1.2.3", "10.1.2.3"],
    ["::ffff:a01:203", "::ffff:a01:203"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["::", "::"],
  ])("%s is known as %s", (given, plain) => {
    expect(plainAddress(given)).toBe(plain);
  });

  it.each([
    ["::", true],
    ["0::0", true],
    ["0:0:0:0:0:0:0:0", true],
    ["::1", false],
    ["0.0.0.0", false],
    ["localhost", false],
    ["::%lo", false],
  ])("every address is meant by %s: %s", (host, isEvery) => {
    expect(isEveryIPv6(host)).toBe(isEvery);
  });
});
