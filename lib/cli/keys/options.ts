import type { KeyStore } from "../../keys/key-store.ts";
import { openKeyStore } from "../../keys/places/open-key-store.ts";
import { DEFAULT_KEY_CACHE_SECONDS } from "../../settings.ts";
import { usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";

const DEFAULT_STAGE = "default";

/** The options of every `countersign keys …`, for `parseOptions`. */
export const keyStoreOptions = {
  keys: { type: "string" },
  stage: { type: "string", default: DEFAULT_STAGE },
  "cache-seconds": { type: "string", default: String(DEFAULT_KEY_CACHE_SECONDS) },
} as const;

export const keyStoreHelp = `  --keys PLACE      where the keys are: a file, or the ARN of a secret in Secrets Manager
  --cache-seconds N how long collectors use keys before they read them again (default ${DEFAULT_KEY_CACHE_SECONDS})
  --stage NAME      whose logs tell the last use of keys in Secrets Manager (default ${DEFAULT_STAGE})`;

export interface KeyStoreValues {
  readonly keys?: string | undefined;
  readonly stage: string;
  readonly "cache-seconds": string;
}

/** Opens the store that the options name, lets `use` work with it, and closes it. */
export async function withKeyStore(
  values: KeyStoreValues,
  io: Io,
  use: (store: KeyStore, cacheMs: number) => Promise<number>,
): Promise<number> {
  if (values.keys === undefined || values.keys === "") {
    return usageError(io, "--keys is missing, such as --keys /etc/countersign/keys.json or an ARN");
  }
  const seconds = values["cache-seconds"];
  if (!/^[1-9][0-9]{0,5}$/.test(seconds)) return usageError(io, "--cache-seconds: expected seconds from 1 to 999999");
  const store = openKeyStore(values.keys, values.stage);
  if ("problem" in store) return usageError(io, store.problem);
  try {
    return await use(store, Number(seconds) * 1_000);
  } finally {
    store.close();
  }
}

/** A time for people and programs. */
export function shownTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
