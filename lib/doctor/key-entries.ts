import { type KeyEntry, parseKeySet } from "../keys/key-set.ts";
import type { KeyText } from "../keys/key-store.ts";
import { entriesOfSecrets } from "../keys/make-keys.ts";
import { readKeyFile } from "../keys/places/key-file.ts";
import { readSecret, secretsManagerFor } from "../keys/places/secrets-manager.ts";

/** Where keys are, as a collector is told of them. */
export interface KeyPlaces {
  readonly secrets: readonly string[];
  readonly keyFile: string | null;
  /** In Secrets Manager. */
  readonly secretArn: string | null;
}

/** The keys of all places, and why those of some are not there. Neither tells a secret to anybody but its reader. */
export interface ReadEntries {
  readonly entries: readonly KeyEntry[];
  readonly problems: readonly { readonly about: string; readonly why: string }[];
}

export async function readKeyEntries({ secrets, keyFile, secretArn }: KeyPlaces): Promise<ReadEntries> {
  const texts = [
    ...(keyFile === null ? [] : [{ about: keyFile, text: await readKeyFile(keyFile, true) }]),
    ...(secretArn === null ? [] : [{ about: secretArn, text: await readArn(secretArn) }]),
  ];
  const read = texts.map(({ about, text }) => ({ about, ...entriesIn(text) }));
  return {
    entries: [...entriesOfSecrets(secrets), ...read.flatMap(({ entries }) => entries)],
    problems: read.flatMap(({ about, why }) => (why === undefined ? [] : [{ about, why }])),
  };
}

async function readArn(arn: string): Promise<KeyText> {
  const client = secretsManagerFor(arn);
  if ("problem" in client) return { ok: false, problem: client.problem, transient: false };
  try {
    return await readSecret(client, arn);
  } finally {
    client.destroy();
  }
}

function entriesIn(text: KeyText): { readonly entries: readonly KeyEntry[]; readonly why?: string } {
  if (!text.ok) return { entries: [], why: text.problem };
  const parsed = parseKeySet(text.text);
  return parsed.ok ? { entries: parsed.entries } : { entries: [], why: `it ${parsed.problem}` };
}
