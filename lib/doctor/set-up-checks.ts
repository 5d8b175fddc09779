import { toKeys } from "../keys/make-keys.ts";
import type { ListenAddress } from "../listener/socket/listen-url.ts";
import type { ListenerName } from "../sample/listener-name.ts";
import { figureFindings } from "./figures/figure-findings.ts";
import { healthCheck, readFigures } from "./figures/health.ts";
import { type Check, unseen } from "./finding/check.ts";
import type { ReadEntries } from "./key-entries.ts";
import { keyFindings } from "./key-findings.ts";
import { sampleCheck } from "./probe/sample-check.ts";
import { reachSockets } from "./probe/send-probes.ts";
import { quarantineCheck } from "./quarantine-check.ts";
import { queueCheck, type WatchedQueue } from "./queue-check.ts";

/** A set-up as far as it can be looked at from outside: what was not named is not looked at. */
export interface SetUp {
  readonly addresses: readonly ListenAddress[];
  /** Where a sample is sent to as well. */
  readonly queueUrl?: string | undefined;
  readonly queues: readonly WatchedQueue[];
  readonly storage?: string | undefined;
  readonly health?: string | undefined;
  readonly quarantine?: string | undefined;
  readonly keys: ReadEntries;
  readonly allowsDefaultSecret: boolean;
  readonly legacyListeners: readonly ListenerName[];
  /** Whether samples of our own may be sent. */
  readonly sends: boolean;
  readonly datagramBytes?: number | undefined;
  readonly waitMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** All checks of what a set-up names. */
export function setUpChecks(setUp: SetUp): readonly Check[] {
  const { health, quarantine, queues, now } = setUp;
  return [
    ...socketChecks(setUp),
    ...(health === undefined ? [] : [healthCheck(health, now), figuresCheck(health)]),
    keyCheck(setUp),
    ...queues.map(queueCheck),
    ...(quarantine === undefined ? [] : [quarantineCheck(quarantine)]),
  ];
}

function socketChecks(setUp: SetUp): readonly Check[] {
  const { addresses, storage, keys, allowsDefaultSecret, sends } = setUp;
  if (storage !== undefined && sends) {
    // What is wrong with keys is a finding of its own; those that can be used are.
    const made = toKeys(keys.entries, true);
    const usable = allowsDefaultSecret || keys.entries.length > 0 ? made : undefined;
    return [sampleCheck({ ...setUp, storage, keys: { ...setUp, keys: usable?.ok ? usable.keys : [] } })];
  }
  const about = addresses.map(({ host, port }) => `${host}:${port}`).join(", ");
  return addresses.length === 0 ? [] : [{ name: "socket", about, look: () => reachSockets(addresses) }];
}

function figuresCheck(health: string): Check {
  return { name: "loss", about: `${health}/metrics`, look: async () => figureFindings(await readFigures(health)) };
}

function keyCheck({ keys, allowsDefaultSecret, now }: SetUp): Check {
  return {
    name: "key",
    about: "keys",
    look: async () => [
      ...keys.problems.map(({ about, why }) => unseen("key", about, why)),
      ...(keys.entries.length === 0 && !allowsDefaultSecret
        ? []
        : keyFindings(keys.entries, allowsDefaultSecret, now())),
    ],
  };
}
