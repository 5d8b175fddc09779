import type { Key } from "../../keys/key.ts";
import { type Keyring, receiptRefusal } from "../../keys/keyring.ts";
import type { Receipt } from "../../sample/receipt.ts";
import { accept, type Result, reject } from "../../sample/rejection.ts";

/**
 * The key that a message names, if it may have signed what was received so. Whether it may sign for the
 * publishers of the samples inside is seen when these are read.
 *
 * @returns the key, `unknown-key` or `refused-key`
 */
export function namedKey(keyId: string, keyring: Keyring, receipt: Receipt): Result<Key> {
  const key = keyring.v2.get(keyId);
  if (key === undefined)
    return reject("unknown-key", `no v2 key ${keyId} is known here: add it, or correct the key id`);
  const refusal = receiptRefusal(key, receipt);
  return refusal === undefined ? accept(key) : reject("refused-key", refusal);
}
