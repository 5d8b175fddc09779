import type { Key } from "../keys/key.ts";
import { type Keyring, keyRefusal } from "../keys/keyring.ts";
import type { ListenerName } from "../sample/listener-name.ts";

/** The id of the key that is the canary's own, where its owner has added one. */
const CANARY_KEY = "canary";

/**
 * The key to sign with: the canary's own; without one, the last of Ceilometer's keys that is accepted from everywhere and
 * for everybody, then the last of signature v2. The last, because a key is seen to be in use by whatever it signs: one that
 * is to be retired has to fall silent.
 *
 * @param legacyListeners those that accept Ceilometer's own signature
 * @param receivedAt the latest moment at which it may be received, in milliseconds since 1970
 */
export function canaryKey(
  { legacy, v2 }: Pick<Keyring, "legacy" | "v2">,
  listener: ListenerName,
  legacyListeners: readonly ListenerName[],
  receivedAt: number,
): Key | undefined {
  const accepted = [...v2.values(), ...(legacyListeners.includes(listener) ? legacy : [])];
  const own = accepted.find(({ id }) => id === CANARY_KEY);
  if (own !== undefined) return own;
  const receipt = { listener, address: undefined, receivedAt };
  return accepted.findLast((key) => keyRefusal(key, receipt, undefined) === undefined);
}
