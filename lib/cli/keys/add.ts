import { randomInt } from "node:crypto";
import { changeKeys } from "../../keys/change-keys.ts";
import type { KeyEntry } from "../../keys/key-set.ts";
import { readyAt } from "../../keys/key-state.ts";
import { toKeys } from "../../keys/make-keys.ts";
import { readSecretFile, type SecretFile } from "../../keys/places/secret-file.ts";
import { generateV2Secret, isV2Secret } from "../../keys/v2-secret.ts";
import { EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import type { Io } from "../command/io.ts";
import { parseOptions } from "../command/parse-options.ts";
import { keyStoreOptions, shownTime, withKeyStore } from "./options.ts";

/** 48 letters and digits carry 285 bits, more than the HMAC's own 256, and stand in an ini file without quotes. */
const LEGACY_LENGTH = 48;
const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** `countersign keys add`. */
export async function addKey(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: {
      ...keyStoreOptions,
      v2: { type: "boolean", default: false },
      from: { type: "string", multiple: true },
      publisher: { type: "string", multiple: true },
      "secret-file": { type: "string" },
    },
  });
  const [id, ...others] = positionals;
  if (id === undefined || others.length > 0) return usageError(io, "give one key id, such as keys add 2027");
  const file = values["secret-file"];
  const given: SecretFile = file === undefined ? { ok: true, secret: newSecret(values.v2) } : secretIn(file, values.v2);
  if (!given.ok) return usageError(io, given.problem);
  const { secret } = given;
  return withKeyStore(values, io, async (store, cacheMs) => {
    const { from, publisher: publishers } = values;
    let entry: KeyEntry = { id, secret, ...(from && { from }), ...(publishers && { publishers }) };
    // By itself first: here no default secret is good enough.
    const made = toKeys([entry], false);
    if (!made.ok) return usageError(io, made.problem);
    for (const warning of [given.warning, made.warning]) if (warning !== undefined) io.err(`warning: ${warning}`);
    const add = (entries: readonly KeyEntry[]) => {
      // As late as can be: collectors have to be given their time from when it is there.
      entry = { ...entry, addedAt: Date.now() };
      return withEntry(entries, entry);
    };
    const changed = await changeKeys(store, add, true, Date.now());
    if (!changed.ok) {
      io.err(`countersign keys add: ${changed.problem}`);
      return EXIT_FAILED;
    }
    const ready = shownTime(readyAt(entry, cacheMs));
    io.out(JSON.stringify({ id, ...(file === undefined && { secret }), readyAt: ready }));
    io.err(`publishers may change over to ${id} after ${ready}: then every collector has read it`);
    if (changed.dropped.length > 0) io.err(`retired long ago, and removed now: ${changed.dropped.join(", ")}`);
    if (changed.warning === undefined) return EXIT_OK;
    io.err(`warning: ${changed.warning}`);
    return EXIT_FAILED;
  });
}

function withEntry(entries: readonly KeyEntry[], entry: KeyEntry): readonly KeyEntry[] | { readonly problem: string } {
  if (entries.some(({ id }) => id === entry.id)) {
    return { problem: `the key id ${JSON.stringify(entry.id)} is there already: choose another one` };
  }
  // Under a second id a retired secret would be good again, and nobody would see it.
  const same = entries.find(({ secret }) => secret === entry.secret);
  if (same !== undefined)
    return { problem: `the key ${JSON.stringify(same.id)} has that secret already: take another` };
  return [...entries, entry];
}

function newSecret(isV2: boolean): string {
  if (isV2) return generateV2Secret();
  const characters = Array.from({ length: LEGACY_LENGTH }, () =>
    LETTERS_AND_DIGITS.charAt(randomInt(LETTERS_AND_DIGITS.length)),
  );
  return characters.join("");
}

function secretIn(file: string, isV2: boolean): SecretFile {
  const read = readSecretFile(file);
  if (!read.ok || isV2Secret(read.secret) === isV2) return read;
  const problem = isV2
    ? "its secret does not begin with whsec_, as one of signature v2 does"
    : "give --v2 for a secret that begins with whsec_";
  return { ok: false, problem: `--secret-file: ${problem}` };
}
