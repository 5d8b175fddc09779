import {
  DEFAULT_STAGE_WAIT_SECONDS,
  DEFAULT_WAIT_SECONDS,
  LEAST_DATAGRAM_BYTES,
  MOST_DATAGRAM_BYTES,
  MOST_WAIT_SECONDS,
} from "../../doctor/finding/limits.ts";
import { readKeyEntries } from "../../doctor/key-entries.ts";
import type { WatchedQueue } from "../../doctor/queue-check.ts";
import type { SetUp } from "../../doctor/set-up-checks.ts";
import type { StageOptions } from "../../doctor/stage/open-stage.ts";
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
  stage: { type: "string" },
  settings: { type: "string" },
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
  readonly stage?: string | undefined;
  readonly settings?: string | undefined;
  readonly "datagram-bytes"?: string | undefined;
  readonly "no-send": boolean;
  readonly wait?: string | undefined;
};

/** @returns what is to be looked at, or what is wrong with the options */
export async function wantedFrom(values: Values, more: readonly string[]): Promise<SetUp | StageOptions | Problem> {
  const addresses = addressesOf([...(values.listen ?? []), ...more]);
  if ("problem" in addresses) return addresses;
  const waitMs = secondsOf(values.wait, values.stage === undefined ? DEFAULT_WAIT_SECONDS : DEFAULT_STAGE_WAIT_SECONDS);
  if (typeof waitMs !== "number") return waitMs;
  const datagramBytes = bytesOf(values["datagram-bytes"]);
  if (typeof datagramBytes === "object") return datagramBytes;
  const common = { addresses: addresses.listen, sends: !values["no-send"], datagramBytes, waitMs, now: Date.now };
  if (values.stage === undefined) return setUpFrom(values, common);
  const found = foundByStage.find((name) => values[name] !== undefined);
  if (found !== undefined) return { problem: `--stage finds out by itself what --${found} says: leave it out` };
  if (!STAGE_NAME.test(values.stage))
    return { problem: "--stage: expected 1 to 20 of a-z, 0-9 and -, beginning with a letter" };
  return { ...common, stage: values.stage, settingsFile: values.settings };
}

const STAGE_NAME = /^[a-z][a-z0-9-]{0,19}$/;

/** What a stage's stacks say. */
const foundByStage = [
  ...["queue", "spill-queue", "storage", "health", "quarantine", "secret", "secret-file", "keys"],
  ...["allow-default-secret", "legacy-listeners"],
] as const;

type Common = Pick<SetUp, "addresses" | "sends" | "datagramBytes" | "waitMs" | "now">;

async function setUpFrom(values: Values, common: Common): Promise<SetUp | Problem> {
  if (values.settings !== undefined) return { problem: "--settings goes with --stage only" };
  const queues = queuesOf(values);
  if ("problem" in queues) return queues;
  const health = values.health === undefined ? undefined : parseHealthUrl(values.health);
  if (health !== undefined && "problem" in health) return health;
  const trust = verificationFrom(values, () => undefined);
  if ("problem" in trust) return trust;
  const { storage, queue, quarantine } = values;
  const { addresses, sends } = common;
  const { secrets, keyFile, secretArn, allowDefaultSecret } = trust;
  const hasKeys = secrets.length > 0 || keyFile !== null || secretArn !== null || allowDefaultSecret;
  const named = [...addresses, ...queues.watched, health, quarantine].filter((one) => one !== undefined);
  if (named.length === 0 && !hasKeys)
    return { problem: "nothing to look at: give --listen udp://127.0.0.1:4952, as collect has it, or --stage NAME" };
  if (storage === undefined && sends && (addresses.length > 0 || queue !== undefined)) {
    return { problem: "--storage is missing, where to find the sample that is sent; --no-send sends none" };
  }
  return {
    ...common,
    queueUrl: queue,
    queues: queues.watched,
    storage,
    health: health === undefined ? undefined : healthUrl(health.host, health.port),
    quarantine,
    keys: await readKeyEntries(trust),
    allowsDefaultSecret: allowDefaultSecret,
    legacyListeners: trust.legacyListeners,
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

function secondsOf(given: string | undefined, standard: number): number | Problem {
  const text = given ?? String(standard);
  if (/^[1-9][0-9]{0,2}$/.test(text) && Number(text) <= MOST_WAIT_SECONDS) return Number(text) * 1_000;
  return { problem: `--wait: expected seconds from 1 to ${MOST_WAIT_SECONDS}` };
}

function bytesOf(text: string | undefined): number | undefined | Problem {
  if (text === undefined) return undefined;
  const bytes = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (bytes >= LEAST_DATAGRAM_BYTES && bytes <= MOST_DATAGRAM_BYTES) return bytes;
  return { problem: `--datagram-bytes: expected a number from ${LEAST_DATAGRAM_BYTES} to ${MOST_DATAGRAM_BYTES}` };
}
