import { randomUUID } from "node:crypto";
import type { KeyStore } from "../key-store.ts";
import { readSecret, regionOfSecret, secretsManagerFor, writeSecret } from "./secrets-manager.ts";

/**
 * Keys in a secret of Secrets Manager. When they were last used is known by the log of their collector.
 *
 * @param stage whose collector has them
 */
export function secretKeyStore(arn: string, stage: string): KeyStore | { readonly problem: string } {
  const region = regionOfSecret(arn);
  if (typeof region !== "string") return region;
  const client = secretsManagerFor(arn);
  if ("problem" in client) return client;
  return {
    name: `the secret ${arn}`,
    read: (signal) => readSecret(client, arn, signal),
    async write(text, basis) {
      if (basis === undefined) return { ok: false, problem: `the secret ${arn} does not exist` };
      return writeSecret(client, arn, text, basis, randomUUID());
    },
    async lastUses(keyIds, now) {
      // Only here, so that no collector loads or bundles the client.
      const { loggedLastUses } = await import("./logged-last-uses.ts");
      return loggedLastUses(region, stage, keyIds, now);
    },
    close: () => client.destroy(),
  };
}
