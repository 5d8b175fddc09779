import { isIP } from "node:net";
import { parseListenUrl } from "./listener/socket/listen-url.ts";
import { type ListenerName, listenerNames } from "./sample/listener-name.ts";
import { type Dialect, dialects } from "./sample/sample.ts";
import { LEAST_RETENTION_DAYS } from "./sample/time-window.ts";
import { type mostOf, parseLimit, type SocketSettings, socketDefaults, socketSettingNames } from "./socket-defaults.ts";

/** Everything that a deployed collector is told. The only place that knows the environment's names. */
export interface Settings extends SocketSettings {
  /** One storage URL, or several with commas between; see `openStorage`. */
  readonly storage: string;
  /** Any one of them may have signed. */
  readonly secrets: readonly string[];
  /** Or where they are kept: an ARN in Secrets Manager, whose text is a JSON object of key ids and secrets. */
  readonly secretArn: string | null;
  readonly allowDefaultSecret: boolean;
  /** Tried in this order. */
  readonly dialects: readonly Dialect[];
  /** Top-level names to accept beside those that Ceilometer's releases send. */
  readonly extraFields: readonly string[];
  /** Names the deployment in metrics. */
  readonly stage: string;
  /** The addresses on which the socket side listens; empty for the queue side. */
  readonly listen: readonly string[];
  /** TCP port for `/healthz` and `/metrics`; null for none. */
  readonly healthPort: number | null;
  /** Or a file with the same JSON object as in Secrets Manager. */
  readonly keyFile: string | null;
  /** How long keys are used before they are read again: how soon a change is known everywhere. */
  readonly keyCacheSeconds: number;
  /** Refuses samples and envelopes whose times are not believable; see `time-window.ts`. */
  readonly timeWindow: boolean;
  /** The listeners that accept messages with Ceilometer's own signature; signature v2 is accepted by all. */
  readonly legacyListeners: readonly ListenerName[];
  /** URL of the queue that takes what storage can't. Its messages are trusted to say when they were first received. */
  readonly spillQueue: string | null;
  /** URL of the place that keeps rejected messages: file:///FOLDER or s3://BUCKET/PREFIX, see `openQuarantine`. */
  readonly quarantine: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_STAGE = "default";
/** Soon enough for a rotation, and no more than a few thousand reads of Secrets Manager a month and process. */
export const DEFAULT_KEY_CACHE_SECONDS = 300;
/** The text of an empty list of listeners. */
export const NO_LISTENER = "none";

/** The name of each setting's variable in an environment. */
export const environmentNames = {
  storage: "COUNTERSIGN_STORAGE",
  secrets: "COUNTERSIGN_SECRETS",
  allowDefaultSecret: "COUNTERSIGN_ALLOW_DEFAULT_SECRET",
  dialects: "COUNTERSIGN_DIALECTS",
  extraFields: "COUNTERSIGN_EXTRA_FIELDS",
  secretArn: "COUNTERSIGN_SECRET_ARN",
  stage: "COUNTERSIGN_STAGE",
  listen: "COUNTERSIGN_LISTEN",
  healthPort: "COUNTERSIGN_HEALTH_PORT",
  healthHost: "COUNTERSIGN_HEALTH_HOST",
  tcpConnections: "COUNTERSIGN_TCP_CONNECTIONS",
  tcpConnectionsPerAddress: "COUNTERSIGN_TCP_CONNECTIONS_PER_ADDRESS",
  tcpBufferMebibytes: "COUNTERSIGN_TCP_BUFFER_MIB",
  keyFile: "COUNTERSIGN_KEY_FILE",
  keyCacheSeconds: "COUNTERSIGN_KEY_CACHE_SECONDS",
  timeWindow: "COUNTERSIGN_TIME_WINDOW",
  legacyListeners: "COUNTERSIGN_LEGACY_LISTENERS",
  spillQueue: "COUNTERSIGN_SPILL_QUEUE",
  quarantine: "COUNTERSIGN_QUARANTINE",
} as const;
const names = environmentNames;

/** @returns the environment from which `fromEnvironment` reads the same settings. */
export function toEnvironment(settings: Settings): Record<string, string> {
  return {
    [names.storage]: settings.storage,
    [names.secrets]: JSON.stringify(settings.secrets),
    [names.allowDefaultSecret]: String(settings.allowDefaultSecret),
    [names.dialects]: settings.dialects.join(","),
    [names.extraFields]: JSON.stringify(settings.extraFields),
    [names.stage]: settings.stage,
    [names.listen]: settings.listen.join(","),
    [names.keyCacheSeconds]: String(settings.keyCacheSeconds),
    [names.timeWindow]: String(settings.timeWindow),
    [names.legacyListeners]: settings.legacyListeners.join(",") || NO_LISTENER,
    ...(settings.keyFile !== null && { [names.keyFile]: settings.keyFile }),
    ...(settings.spillQueue !== null && { [names.spillQueue]: settings.spillQueue }),
    ...(settings.quarantine !== null && { [names.quarantine]: settings.quarantine }),
    ...(settings.secretArn !== null && { [names.secretArn]: settings.secretArn }),
    ...(settings.healthPort !== null && { [names.healthPort]: String(settings.healthPort) }),
    ...changed(settings),
  };
}

/** Those that only a process with sockets looks at: not written where they are as they are anyway. */
function changed(settings: SocketSettings): Record<string, string> {
  const written = socketSettingNames.filter((name) => settings[name] !== socketDefaults[name]);
  return Object.fromEntries(written.map((name) => [names[name], String(settings[name])]));
}

/** The environment of this process, for what is told more than a collector. */
export function ownEnvironment(): Environment {
  return process.env;
}

export type ReadSettings =
  | { readonly ok: true; readonly settings: Settings }
  /** The settings all the same, as far as they can be read: so that whoever opens them reports what else is wrong. */
  | { readonly ok: false; readonly problems: readonly string[]; readonly settings: Settings };

/** @returns the settings, or every problem at once, each naming its variable and what to do. */
export function fromEnvironment(environment: Environment = process.env): ReadSettings {
  const problems: string[] = [];
  const storage = environment[names.storage] ?? "";
  if (storage === "") problems.push(`${names.storage} is missing: give a storage URL such as dynamodb://samples`);
  const settings: Settings = {
    storage,
    secrets: textList(environment, names.secrets, problems),
    allowDefaultSecret: flag(environment, names.allowDefaultSecret, problems),
    dialects: dialectList(environment, problems),
    extraFields: textList(environment, names.extraFields, problems),
    secretArn: environment[names.secretArn] || null,
    stage: environment[names.stage] || DEFAULT_STAGE,
    listen: listenUrls(environment, problems),
    healthPort: port(environment, problems),
    healthHost: healthHost(environment, problems),
    tcpConnections: limit(environment, "tcpConnections", problems),
    tcpConnectionsPerAddress: limit(environment, "tcpConnectionsPerAddress", problems),
    tcpBufferMebibytes: limit(environment, "tcpBufferMebibytes", problems),
    keyFile: environment[names.keyFile] || null,
    keyCacheSeconds: seconds(environment, names.keyCacheSeconds, DEFAULT_KEY_CACHE_SECONDS, problems),
    timeWindow: flag(environment, names.timeWindow, problems),
    legacyListeners: listenerList(environment, problems),
    spillQueue: environment[names.spillQueue] || null,
    quarantine: environment[names.quarantine] || null,
  };
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems, settings };
}

function textList(environment: Environment, name: string, problems: string[]): readonly string[] {
  const text = environment[name];
  if (text === undefined || text === "") return [];
  const list = parsedJson(text);
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  // The value may be a secret, so it is not repeated.
  problems.push(`${name}: expected a JSON list of texts such as ["one","two"]`);
  return [];
}

function listenUrls(environment: Environment, problems: string[]): readonly string[] {
  const urls = (environment[names.listen] ?? "").split(",").filter((url) => url !== "");
  for (const url of urls) {
    const parsed = parseListenUrl(url);
    if (!parsed.ok) problems.push(`${names.listen}: ${parsed.problem}`);
  }
  return urls;
}

function port(environment: Environment, problems: string[]): number | null {
  const text = environment[names.healthPort];
  if (text === undefined || text === "") return null;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  problems.push(`${names.healthPort}: expected a port from 0 to 65535, got ${JSON.stringify(text)}`);
  return null;
}

function healthHost(environment: Environment, problems: string[]): string {
  const text = environment[names.healthHost];
  if (text === undefined || text === "") return socketDefaults.healthHost;
  if (isIP(text) === 0) {
    problems.push(`${names.healthHost}: expected an address such as 127.0.0.1 or ::1, got ${JSON.stringify(text)}`);
  }
  return text;
}

function limit(environment: Environment, name: keyof typeof mostOf, problems: string[]): number {
  const parsed = parseLimit(environment[names[name]], name);
  if (typeof parsed === "number") return parsed;
  problems.push(`${names[name]}: ${parsed}`);
  return socketDefaults[name];
}

function seconds(environment: Environment, name: string, standard: number, problems: string[]): number {
  const text = environment[name];
  if (text === undefined || text === "") return standard;
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  problems.push(`${name}: expected seconds from 1 to 999999, got ${JSON.stringify(text)}`);
  return standard;
}

function listenerList(environment: Environment, problems: string[]): readonly ListenerName[] {
  const text = environment[names.legacyListeners];
  if (text === undefined) return listenerNames;
  const parsed = parseListenerNames(text);
  if (typeof parsed !== "string") return parsed;
  problems.push(`${names.legacyListeners}: ${parsed}`);
  return [];
}

/** @returns the listeners of a list with commas between (none for `none` and for an empty one), or what is wrong with it. */
export function parseListenerNames(text: string): readonly ListenerName[] | string {
  // An empty list means no listener: an owner who empties it does not mean all of them.
  if (["", NO_LISTENER].includes(text.trim())) return [];
  const chosen: ListenerName[] = [];
  for (const name of text.split(",")) {
    const listener = listenerNames.find((known) => known === name.trim());
    if (listener === undefined) {
      return `no listener ${JSON.stringify(name)}: choose from ${listenerNames.join(", ")}, or ${NO_LISTENER}`;
    }
    chosen.push(listener);
  }
  return chosen;
}

/**
 * @param without how to do without the time window
 * @returns why samples must not be kept for so few days (null: for ever); undefined if they may
 */
export function retentionProblem(days: number | null, timeWindow: boolean, without: string): string | undefined {
  // A storage that forgets a sample while the time window still lets it in would take it again, and bill it twice.
  if (!timeWindow || days === null || days >= LEAST_RETENTION_DAYS) return undefined;
  return `at least ${LEAST_RETENTION_DAYS}, which is longer than the time window and what waits in queues and quarantine, or ${without}`;
}

function flag(environment: Environment, name: string, problems: string[]): boolean {
  const text = environment[name] ?? "false";
  if (text !== "true" && text !== "false")
    problems.push(`${name}: expected true or false, got ${JSON.stringify(text)}`);
  return text === "true";
}

function dialectList(environment: Environment, problems: string[]): readonly Dialect[] {
  const text = environment[names.dialects];
  if (text === undefined) return dialects;
  const parsed = parseDialects(text);
  if (typeof parsed !== "string") return parsed;
  problems.push(`${names.dialects}: ${parsed}`);
  return [];
}

/** @returns the dialects of a list with commas between, or what is wrong with it. */
export function parseDialects(text: string): readonly Dialect[] | string {
  const chosen: Dialect[] = [];
  for (const name of text.split(",")) {
    const dialect = dialects.find((known) => known === name.trim());
    if (dialect === undefined) return `no dialect ${JSON.stringify(name)}: choose from ${dialects.join(", ")}`;
    chosen.push(dialect);
  }
  return chosen;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
