import { createSecretKey, type KeyObject } from "node:crypto";
import { secretProblem } from "./secret-text.ts";

/** The secrets that Ceilometer's releases have until somebody changes them; anybody can sign with these. */
export const defaultSecrets = ["change this for valid signing", "change this or be hacked"] as const;

export type Secrets =
  | { readonly ok: true; readonly secrets: readonly KeyObject[]; readonly warning?: string }
  | { readonly ok: false; readonly problem: string };

/**
 * Takes the configured secrets, and refuses what would let anybody in: none, an empty one, or a default.
 *
 * @param allowDefault accept those all the same, with a warning to show; with no secret given, the defaults
 */
export function toSecrets(texts: readonly string[], allowDefault: boolean): Secrets {
  const chosen = texts.length === 0 && allowDefault ? defaultSecrets : texts;
  if (chosen.length === 0) return { ok: false, problem: `a secret is missing: ${howToSet}` };
  const wrong = chosen.map(secretProblem).find((problem) => problem !== undefined);
  if (wrong !== undefined) return { ok: false, problem: `what was given ${wrong}` };
  const secrets = chosen.map((text) => createSecretKey(Buffer.from(text, "utf8")));
  const weak = chosen.some((text) => text === "" || defaultSecrets.some((known) => known === text));
  if (!weak) return { ok: true, secrets };
  if (!allowDefault)
    return { ok: false, problem: `an empty or well-known default secret lets anybody sign: ${howToSet}` };
  return { ok: true, secrets, warning: "a well-known default secret is accepted: anybody can sign samples" };
}

const howToSet =
  "give the publishers' telemetry_secret by --secret or --secret-file, or for a trial allow the defaults by --allow-default-secret";
