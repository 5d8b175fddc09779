import { isIP, SocketAddress } from "node:net";
import type { Receipt } from "../sample/receipt.ts";
import type { Key } from "./key.ts";

/** The keys of one moment. */
export interface Keyring {
  readonly legacy: readonly Key[];
  readonly v2: ReadonlyMap<string, Key>;
  /** Those of the legacy keys that may have signed a message that was received so: no more are tried. */
  legacyFor(receipt: Receipt, publisher: string | undefined): readonly Key[];
}

/** The source of a collector's keys, which is told of their use. */
export interface KeySource {
  /** Those known now. Never waits. */
  current(): Keyring;
  /** Notes that a key proved a sample genuine. */
  used(keyId: string): void;
  /** Notes that a message names a key that is not known: worth a look whether there is one by now, but not too often. */
  missed(): void;
  /** Resolves when what was due to be read again has been, well or not: what a message missed may be there now. */
  settled(): Promise<void>;
  /** How many samples each key has proved since the start. */
  uses(): ReadonlyMap<string, number>;
  /** How many readings have failed since the start. */
  failedReads(): number;
  /** Reads again now, whatever is due. @returns false if that failed, and those known stay in use */
  reload(): Promise<boolean>;
  /** Stops reading again. Twice is fine. */
  close(): Promise<void>;
}

/** Senders whose keys are remembered, and keys remembered of all of them together; forged addresses make room for each other. */
const REMEMBERED_ADDRESSES = 4_096;
const REMEMBERED_KEYS = 100_000;

export function createKeyring(keys: readonly Key[]): Keyring {
  const legacy = keys.filter((key) => key.scheme === "legacy");
  const isLimited = legacy.some((key) =>
    [key.from, key.publishers, key.retiredAt].some((limit) => limit !== undefined),
  );
  // Each publisher may have a key of its own: to look at every network for every message would cost more than to verify it.
  const near = new Map<string | undefined, readonly Key[]>();
  let remembered = 0;
  const keysNear = (address: string | undefined): readonly Key[] => {
    const known = near.get(address);
    if (known !== undefined) return known;
    // Parsed once, which is what takes the time.
    const at = socketAddress(address);
    const found = legacy.filter(({ from }) => from === undefined || (at !== undefined && from.check(at)));
    remembered += found.length;
    if (near.size >= REMEMBERED_ADDRESSES || remembered > REMEMBERED_KEYS) {
      near.clear();
      remembered = found.length;
    }
    near.set(address, found);
    return found;
  };
  return {
    legacy,
    v2: new Map(keys.filter((key) => key.scheme === "v2").map((key) => [key.id, key])),
    legacyFor: ({ address, receivedAt }, publisher) =>
      isLimited
        ? keysNear(address).filter((key) => !isRetired(key, receivedAt) && acceptsPublisher(key, publisher))
        : legacy,
  };
}

/** @returns why a key may not have signed a message that was received so; undefined if it may */
export function keyRefusal(key: Key, receipt: Receipt, publisher: string | undefined): string | undefined {
  return receiptRefusal(key, receipt) ?? publisherRefusal(key, publisher);
}

/** The part of it that can be told before a message is read. */
export function receiptRefusal(key: Key, { address, receivedAt }: Receipt): string | undefined {
  if (key.retiredAt !== undefined && isRetired(key, receivedAt)) {
    return `the key ${key.id} was retired on ${new Date(key.retiredAt).toISOString()}`;
  }
  return acceptsAddress(key, address)
    ? undefined
    : `the key ${key.id} is not accepted from ${address ?? "an unknown address"}`;
}

/** The part that depends on whom the message says it is from. */
function publisherRefusal(key: Key, publisher: string | undefined): string | undefined {
  if (acceptsPublisher(key, publisher)) return undefined;
  const whose =
    publisher === undefined
      ? "messages that name no publisher"
      : `the publisher ${JSON.stringify(publisher.slice(0, 80))}`;
  return `the key ${key.id} is not accepted for ${whose}`;
}

function isRetired({ retiredAt }: Key, receivedAt: number): boolean {
  return retiredAt !== undefined && receivedAt >= retiredAt;
}

function acceptsAddress({ from }: Key, address: string | undefined): boolean {
  if (from === undefined) return true;
  const at = socketAddress(address);
  return at !== undefined && from.check(at);
}

/** @returns undefined where there is no address that anybody could check */
function socketAddress(address: string | undefined): SocketAddress | undefined {
  const version = isIP(address ?? "");
  // A zone is of the machine that names it, and no network's.
  if (address === undefined || version === 0 || address.includes("%")) return undefined;
  return new SocketAddress({ address, family: version === 6 ? "ipv6" : "ipv4" });
}

function acceptsPublisher({ publishers }: Key, publisher: string | undefined): boolean {
  return publishers === undefined || (publisher !== undefined && publishers.has(publisher));
}

/** Keys that never change. */
export function fixedKeys(keys: readonly Key[]): KeySource {
  const keyring = createKeyring(keys);
  const uses = new Map<string, number>();
  return {
    current: () => keyring,
    used: (keyId) => void uses.set(keyId, (uses.get(keyId) ?? 0) + 1),
    missed: () => undefined,
    settled: async () => undefined,
    uses: () => uses,
    failedReads: () => 0,
    reload: async () => true,
    close: async () => undefined,
  };
}
