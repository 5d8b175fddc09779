import {
  DEFAULT_WAIT_SECONDS,
  LEAST_DATAGRAM_BYTES,
  MOST_DATAGRAM_BYTES,
  MOST_WAIT_SECONDS,
} from "../../doctor/finding/limits.ts";
import { readKeyEntries } from "../../doctor/key-entries.ts";
import type { WatchedQueue } from "../../doctor/queue-check.ts";
import type { SetUp } from "../../doctor/set-up-checks.ts";
import { type ListenAddress, parseListenUrl } from "../../listener/socket/listen-url.ts";
import { openQueue } from "../../queue/queue-client.ts";
import { parseHealthUrl } from "../command/health-url.ts";
import { tcpOptions } from "../command/tcp-options.ts";
import { type Problem, verificationFrom, verificationOptions } from "../command/verification-options.ts";

/** The options of `collect`, all of them, and some of our own. */
export const doctorOptions = {
  listen: { type: "string", multiple: true },
  queue: { type: "string" },
  "spill-queue": { type: "string" },
  storage: { type: "string" },
  health: { type: "string" },
  quarantine: { type: "string" },
  ...tcpOptions,
  ...verificationOptions,
  "datagram-bytes": { type: "string" },
  "no-send": { type: "boolean", default: false },
  wait: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

type Values = Parameters<typeof verificationFrom>[0] & {
  readonly listen?: readonly string[] | undefined;
  readonly queue?: string | undefined;
  readonly "spill-queue"?: string | undefined;
  readonly storage?: string | undefined;
  readonly health?: string | undefined;
  readonly quarantine?: string | undefined;
  readonly "datagram-bytes"?: string | undefined;
  readonly "no-send": boolean;
  readonly wait?: string | undefined;
};

/** @returns what is to be looked at, or what is wrong with the options */
export async function setUpFrom(values: Values, more: readonly string[]): Promise<SetUp | Problem> {
  const addresses = addressesOf([...(values.listen ?? []), ...more]);
  if ("problem" in addresses) return addresses;
  const queues = queuesOf(values);
  if ("problem" in queues) return queues;
  const health = values.health === undefined ? undefined : parseHealthUrl(values.health);
  if (health !== undefined && "problem" in health) return health;
  const waitMs = secondsOf(values.wait);
  if (typeof waitMs !== "number") return waitMs;
  const datagramBytes = bytesOf(values["datagram-bytes"]);
  if (typeof datagramBytes === "object") return datagramBytes;
  const trust = verificationFrom(values, () => undefined);
  if ("problem" in trust) return trust;
  const { storage, queue, quarantine } = values;
  const sends = !values["no-send"];
  const hasKeys = trust.secrets.length > 0 || trust.keyFile !== null || trust.secretArn !== null;
  const named = [...addresses.listen, ...queues.watched, health, quarantine].filter((one) => one !== undefined);
  if (named.length === 0 && !hasKeys)
    return { problem: "nothing to look at: give --listen udp://127.0.0.1:4952, as collect has it" };
  if (storage === undefined && sends && (addresses.listen.length > 0 || queue !== undefined)) {
    return { problem: "--storage is missing, where to find the sample that is sent; --no-send sends none" };
  }
  return {
    addresses: addresses.listen,
    queueUrl: queue,
    queues: queues.watched,
    storage,
    health: health === undefined ? undefined : healthUrl(health.host, health.port),
    quarantine,
    keys: await readKeyEntries(trust),
    allowsDefaultSecret: trust.allowDefaultSecret,
    legacyListeners: trust.legacyListeners,
    sends,
    datagramBytes,
    waitMs,
    now: Date.now,
  };
}

function addressesOf(urls: readonly string[]): { readonly listen: readonly ListenAddress[] } | Problem {
  const listen: ListenAddress[] = [];
  for (const url of urls) {
    const parsed = parseListenUrl(url);
    if (!parsed.ok) return { problem: `--listen ${parsed.problem}` };
    if (parsed.address.port === 0)
      return { problem: `--listen ${url}: give the port that the collector's ready line has` };
    listen.push(parsed.address);
  }
  return { listen };
}

function queuesOf(values: Values): { readonly watched: readonly WatchedQueue[] } | Problem {
  const watched: WatchedQueue[] = [];
  for (const [url, use] of [
    [values.queue, "source"],
    [values["spill-queue"], "spill"],
  ] as const) {
    const opened = url === undefined ? undefined : openQueue(url);
    if (opened === undefined) continue;
    if ("problem" in opened) return opened;
    opened.client.destroy();
    watched.push({ url: opened.url, use });
  }
  return { watched };
}

/** An address that stands for all of a machine is none to ask at. */
function healthUrl(host: string, port: number): string {
  const asked = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${asked.includes(":") ? `[${asked}]` : asked}:${port}`;
}

function secondsOf(text = String(DEFAULT_WAIT_SECONDS)): number | Problem {
  if (/^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= MOST_WAIT_SECONDS) return Number(text) * 1_000;
  return { problem: `--wait: expected seconds from 1 to ${MOST_WAIT_SECONDS}` };
}

function bytesOf(text: string | undefined): number | undefined | Problem {
  if (text === undefined) return undefined;
  const bytes = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (bytes >= LEAST_DATAGRAM_BYTES && bytes <= MOST_DATAGRAM_BYTES) return bytes;
  return { problem: `--datagram-bytes: expected a number from ${LEAST_DATAGRAM_BYTES} to ${MOST_DATAGRAM_BYTES}` };
}
