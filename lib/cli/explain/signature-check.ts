import { openKeys } from "../../assembly/open-keys.ts";
import { parseTimestamp } from "../../judge/parse/timestamp.ts";
import type { Keyring } from "../../keys/keyring.ts";
import { createLogger } from "../../log/logger.ts";
import { toMessage } from "../../sample/message.ts";
import type { Receipt } from "../../sample/receipt.ts";
import type { Sample } from "../../sample/sample.ts";
import { verify } from "../../signature/legacy/verify.ts";
import type { Io } from "../command/io.ts";
import {
  type Problem,
  type VerificationValues,
  verificationFrom,
  verificationOptions,
} from "../command/verification-options.ts";

const { secret, "secret-file": secretFile, "allow-default-secret": allowDefaultSecret, keys } = verificationOptions;

/** The options of `verify` that name keys; the dialect stands in each row. */
export const signatureOptions = {
  secret,
  "secret-file": secretFile,
  "allow-default-secret": allowDefaultSecret,
  keys,
} as const;

export const signatureHelp = `  --keys PLACE      prove each sample's signature again, with the keys of a file or the ARN of a secret
  --secret S        the same with a secret that publishers sign with; may be given several times
  --secret-file F   the same, from a file
  --allow-default-secret  the same with Ceilometer's well-known default secrets, which proves nothing`;

type SignatureValues = Pick<VerificationValues, keyof typeof signatureOptions>;

export type SignatureState =
  | "verifies"
  | "does not verify"
  | "not checked: no keys given"
  | "not checked: no legacy key given"
  | "proved at receipt, with its envelope";

export interface CheckedSignature {
  readonly state: SignatureState;
  /** The key that it verifies with. */
  readonly key: string | null;
}

export type CheckSignature = (sample: Sample) => CheckedSignature;

/**
 * Makes the check of a stored sample's signature. Who holds an HMAC's secret can make its signatures, so that they are
 * proved only where keys are given: a reader has none.
 */
export async function openSignatureCheck(values: SignatureValues, io: Io): Promise<CheckSignature | Problem> {
  if (Object.keys(signatureOptions).every((name) => !(name in values))) return checkWith("not checked: no keys given");
  const warn = (warning: string) => io.err(`warning: ${warning}`);
  const settings = verificationFrom(values, warn);
  if ("problem" in settings) return settings;
  const opened = await openKeys(settings, { ...createLogger(io.err), info: () => undefined, warn }, false);
  if (!opened.ok) return { problem: opened.problem };
  const { legacy, v2 } = opened.keys.current();
  await opened.keys.close();
  if (legacy.length === 0) return checkWith("not checked: no legacy key given");
  // How a row came is not stored with it: whether its key was retired by then, or limited to another sender, can't be told.
  return checkWith({ legacy, v2, legacyFor: () => legacy });
}

const NO_RECEIPT: Receipt = { listener: "queue", address: undefined, receivedAt: 0 };

/** @param keyring or why there is none */
function checkWith(keyring: Keyring | SignatureState): CheckSignature {
  return (sample) => {
    const { dialect } = sample;
    if (dialect === "v2") return { state: "proved at receipt, with its envelope", key: null };
    if (typeof keyring === "string") return { state: keyring, key: null };
    // A row's own time is not signed, and follows from what is.
    if (parseTimestamp(sample.timestamp) !== sample.time) return { state: "does not verify", key: null };
    const verified = verify(toMessage(sample), { keyring, dialects: [dialect], receipt: NO_RECEIPT });
    return verified.ok ? { state: "verifies", key: verified.value.keyId } : { state: "does not verify", key: null };
  };
}
