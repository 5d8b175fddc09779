import { type ListenAddress, toListenUrl } from "../../listener/socket/listen-url.ts";
import { errorMessage } from "../../log/error-message.ts";
import { openQueue } from "../../queue/queue-client.ts";
import { sendMessage } from "../../queue/send-message.ts";
import type { ListenerName } from "../../sample/listener-name.ts";
import { unseen } from "../finding/check.ts";
import type { Finding } from "../finding/finding.ts";
import { BEST_DATAGRAM_BYTES } from "../finding/limits.ts";
import { makeProbe, type Probe } from "./probe.ts";
import { type KeyChoice, probeKey } from "./probe-key.ts";
import { sendDatagrams, sendFrames } from "./send-probe.ts";

/** The ways into a collector. */
export interface Ways {
  readonly addresses: readonly ListenAddress[];
  readonly queueUrl?: string | undefined;
  /** Bytes of one more datagram, such as publishers send. */
  readonly datagramBytes?: number | undefined;
}

/** What was sent by one way. */
export interface Sent {
  readonly listener: ListenerName;
  /** The way, by its URL. */
  readonly about: string;
  /** None where nothing could be sent. */
  readonly probes: readonly Probe[];
  readonly findings: readonly Finding[];
}

/** Sends a sample by each way; by UDP one more of the largest size that is safe. */
export async function sendProbes(ways: Ways, keys: KeyChoice): Promise<readonly Sent[]> {
  const { addresses, queueUrl, datagramBytes } = ways;
  return Promise.all([
    ...addresses.map((address) => sendToSocket(address, keys, datagramBytes)),
    ...(queueUrl === undefined ? [] : [sendToQueue(queueUrl, keys)]),
  ]);
}

/** Whether there is a connection to each TCP address; of UDP nothing can be told. */
export async function reachSockets(addresses: readonly ListenAddress[]): Promise<readonly Finding[]> {
  const tcp = addresses.filter(({ protocol }) => protocol === "tcp");
  const reached = await Promise.all(tcp.map((address) => attempt(address, () => sendFrames(address, []))));
  return reached.flat();
}

async function sendToSocket(address: ListenAddress, keys: KeyChoice, more: number | undefined): Promise<Sent> {
  const { protocol: listener } = address;
  const about = toListenUrl(address);
  const key = probeKey(listener, keys);
  if ("problem" in key) {
    const reached = await reachSockets([address]);
    return { listener, about, probes: [], findings: [...reached, unseen("sample", about, key.problem)] };
  }
  const sizes =
    listener === "udp" ? [undefined, BEST_DATAGRAM_BYTES, ...(more === undefined ? [] : [more])] : [undefined];
  const probes = sizes.map((size) => makeProbe({ listener, key, now: keys.now, ...(size !== undefined && { size }) }));
  const bytes = probes.map((probe) => probe.bytes);
  const findings = await attempt(address, () =>
    listener === "udp" ? sendDatagrams(address, bytes) : sendFrames(address, bytes),
  );
  return { listener, about, probes: findings.length > 0 ? [] : probes, findings };
}

async function attempt(address: ListenAddress, send: () => Promise<void>): Promise<readonly Finding[]> {
  try {
    await send();
    return [];
  } catch (error) {
    return [
      {
        severity: "fault",
        check: "socket",
        about: toListenUrl(address),
        says: `it can't be reached from here: ${errorMessage(error)}`,
        todo: "start the collector there, open the way to it (firewalls, client networks), or ask from where publishers are",
      },
    ];
  }
}

async function sendToQueue(url: string, keys: KeyChoice): Promise<Sent> {
  const listener = "queue";
  const none = (findings: readonly Finding[]): Sent => ({ listener, about: url, probes: [], findings });
  const key = probeKey(listener, keys);
  if ("problem" in key) return none([unseen("sample", url, key.problem)]);
  const queue = openQueue(url);
  if ("problem" in queue) return none([unseen("sample", url, queue.problem)]);
  const probe = makeProbe({ listener, key, now: keys.now });
  try {
    await sendMessage(queue, probe.bytes.toString("utf8"), probe.attributes);
    return { listener, about: url, probes: [probe], findings: [] };
  } catch (error) {
    return none([unseen("sample", url, `nothing can be sent there: ${errorMessage(error)}`)]);
  } finally {
    queue.client.destroy();
  }
}
