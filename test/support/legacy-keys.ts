import type { KeyObject } from "node:crypto";
import type { Key } from "../../lib/keys/key.ts";

/** A key for Ceilometer's own signature. */
export function legacyKey(id: string, secret: KeyObject, overrides: Partial<Key> = {}): Key {
  return { id, scheme: "legacy", secret, ...overrides };
}
