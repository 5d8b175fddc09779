import { parseListenUrl } from "../listener/socket/listen-url.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import {
  type Environment,
  fromEnvironment,
  NO_LISTENER,
  environmentNames as names,
  type Settings,
} from "../settings.ts";

/** Where a message is sent. */
export interface Destination {
  readonly listener: ListenerName;
  /** `udp://HOST:PORT`, `tcp://HOST:PORT`, or a queue's URL. */
  readonly url: string;
}

/** What the canary is told: how a collector judges is how it signs, and it looks into the collector's storage. */
export interface CanarySettings
  extends Pick<Settings, "storage" | "secretArn" | "dialects" | "stage" | "legacyListeners"> {
  /** Where it sends a sample each: `udp://HOST:PORT`, `tcp://HOST:PORT`, or a queue's URL. */
  readonly to: readonly string[];
  /** How long each may take until it is found. */
  readonly withinSeconds: number;
}

/** The same as it was read, beside what else a collector can be told of keys. */
export type ToldCanary = Settings & {
  readonly to: readonly Destination[];
  readonly withinSeconds: number;
};

/** The variables beside those of a collector. */
const own = { to: "COUNTERSIGN_CANARY_TO", withinSeconds: "COUNTERSIGN_CANARY_SECONDS" } as const;

/** @returns the environment from which `canaryFromEnvironment` reads the same settings. */
export function toCanaryEnvironment(settings: CanarySettings): Record<string, string> {
  const { storage, secretArn, dialects, stage, legacyListeners, to, withinSeconds } = settings;
  return {
    [names.storage]: storage,
    ...(secretArn !== null && { [names.secretArn]: secretArn }),
    [names.dialects]: dialects.join(","),
    [names.stage]: stage,
    [names.legacyListeners]: legacyListeners.join(",") || NO_LISTENER,
    [own.to]: to.join(","),
    [own.withinSeconds]: String(withinSeconds),
  };
}

type ReadCanarySettings =
  | { readonly ok: true; readonly settings: ToldCanary }
  | { readonly ok: false; readonly problems: readonly string[] };

/** @returns the settings, or every problem at once, each naming its variable and what to do. */
export function canaryFromEnvironment(environment: Environment): ReadCanarySettings {
  const read = fromEnvironment(environment);
  const problems = read.ok ? [] : [...read.problems];
  const urls = (environment[own.to] ?? "").split(",").filter((url) => url !== "");
  if (urls.length === 0) problems.push(`${own.to} is missing: say where to send`);
  const to = urls.flatMap((url) => {
    const listener = listenerOf(url);
    if (listener !== undefined) return { listener, url };
    problems.push(`${own.to}: expected udp://HOST:PORT, tcp://HOST:PORT or a queue's URL, got ${JSON.stringify(url)}`);
    return [];
  });
  const text = environment[own.withinSeconds] ?? "";
  if (!/^[1-9][0-9]{0,3}$/.test(text)) {
    problems.push(`${own.withinSeconds}: expected seconds from 1 to 9999, got ${JSON.stringify(text)}`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, settings: { ...read.settings, to, withinSeconds: Number(text) } };
}

function listenerOf(url: string): ListenerName | undefined {
  const socket = parseListenUrl(url);
  if (socket.ok) return socket.address.protocol;
  return /^https?:\/\//.test(url) ? "queue" : undefined;
}
