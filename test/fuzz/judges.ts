import type { KeyObject } from "node:crypto";
import { BlockList } from "node:net";
import { createJudge, type Judge, type JudgeOptions } from "../../lib/judge/judge.ts";
import type { Key } from "../../lib/keys/key.ts";
import { fixedKeys } from "../../lib/keys/keyring.ts";
import type { ListenerName } from "../../lib/sample/listener-name.ts";
import type { Receipt } from "../../lib/sample/receipt.ts";
import { dialects } from "../../lib/sample/sample.ts";
import { KnownMetadata } from "../../lib/wire/known-metadata.ts";
import { CAPTURE_SECRET, ICEHOUSE_SECRET, key } from "../support/fixtures.ts";
import { v2Key } from "../support/v2-keys.ts";

/** In the night after most of the captures: those are inside the time window, some of what they are changed to is not. */
export const RECEIVED_AT = Date.parse("2022-10-01T00:00:00Z");

export const secrets: readonly [KeyObject, ...KeyObject[]] = [key(CAPTURE_SECRET), key(ICEHOUSE_SECRET)];

/** Signature v2's key of everything genuine. */
export const goodKey = v2Key("pub-7");
/** Known, but they must not prove anything here: retired just before, and another network's. */
export const refusedKeys: readonly [Key, ...Key[]] = [
  v2Key("old_1", { retiredAt: RECEIVED_AT }),
  v2Key("pub-9", { from: elsewhere() }),
];

const keys = fixedKeys([
  ...secrets.map((secret, index): Key => ({ id: `legacy-${index}`, scheme: "legacy", secret })),
  goodKey,
  v2Key("pub-8"),
  ...refusedKeys,
]);

/** A judge that remembers metadata, and one that judges each message as if it were the first. */
export interface Judges {
  readonly judge: Judge;
  readonly forgetful: Judge;
}

/** Enough for the captures' metadata, and soon full of that of mutants. */
const METADATA_BYTES = 2 * 1_048_576;

function judgesOf(options: Partial<JudgeOptions>): Judges {
  const settings = { keys, dialects, extraFields: [], ...options };
  return {
    judge: createJudge({ ...settings, metadata: new KnownMetadata({ mostBytes: METADATA_BYTES }) }),
    forgetful: createJudge({ ...settings, metadata: new KnownMetadata({ mostBytes: 0 }) }),
  };
}

/** Settings that people use: the usual one mostly, the dialects in another order, more names allowed, the time window. */
const usual = judgesOf({});
const all: readonly Judges[] = [
  usual,
  usual,
  judgesOf({ dialects: dialects.toReversed() }),
  judgesOf({ extraFields: ["region", "time", "dialect", "__proto__", "a"] }),
  judgesOf({ timeWindow: true }),
];

export function judgesFor(index: number): Judges {
  return all[Math.floor(index / 2) % all.length] ?? usual;
}

export function receivedBy(listener: ListenerName): Receipt {
  return { listener, address: listener === "queue" ? undefined : "10.0.0.1", receivedAt: RECEIVED_AT };
}

function elsewhere(): BlockList {
  const networks = new BlockList();
  networks.addSubnet("192.0.2.0", 24);
  return networks;
}
