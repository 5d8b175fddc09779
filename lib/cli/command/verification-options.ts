import { type JudgeSettings, openJudge, type Verifier } from "../../assembly/open-judge.ts";
import { readSecretFile } from "../../keys/places/secret-file.ts";
import { createLogger } from "../../log/logger.ts";
import { listenerNames } from "../../sample/listener-name.ts";
import { dialects } from "../../sample/sample.ts";
import { DEFAULT_KEY_CACHE_SECONDS, parseDialects, parseListenerNames } from "../../settings.ts";
import type { Io } from "./io.ts";

/** The options of every command that proves messages genuine, for `parseOptions`. */
export const verificationOptions = {
  secret: { type: "string", multiple: true },
  "secret-file": { type: "string", multiple: true },
  "allow-default-secret": { type: "boolean" },
  keys: { type: "string" },
  "key-cache-seconds": { type: "string" },
  dialect: { type: "string" },
  "extra-field": { type: "string", multiple: true },
  "time-window": { type: "boolean" },
  "legacy-listeners": { type: "string" },
} as const;

export const verificationHelp = `  --secret S                a secret that publishers sign with; may be given several times
  --secret-file F           the same, from a file (one line feed at its end does not count)
  --allow-default-secret    accept Ceilometer's well-known default secrets, with a warning
  --keys PLACE              keys with ids, of signature v2 too: a file or the ARN of a secret, see countersign keys
  --key-cache-seconds N     how soon a change of those keys is noticed (default ${DEFAULT_KEY_CACHE_SECONDS})
  --dialect LIST            which generations' signatures to accept, in this order (default py3,kilo,icehouse)
  --extra-field NAME        a top-level field to accept beside Ceilometer's own; may be given several times
  --time-window             refuse samples more than 35 days old or 1 day ahead, and v2 envelopes 5 minutes off
  --legacy-listeners LIST   where Ceilometer's own signature is accepted (default queue,udp,tcp; none for nowhere)`;

export interface VerificationValues {
  readonly secret?: readonly string[] | undefined;
  readonly "secret-file"?: readonly string[] | undefined;
  readonly "allow-default-secret"?: boolean | undefined;
  readonly keys?: string | undefined;
  readonly "key-cache-seconds"?: string | undefined;
  readonly dialect?: string | undefined;
  readonly "extra-field"?: readonly string[] | undefined;
  readonly "time-window"?: boolean | undefined;
  readonly "legacy-listeners"?: string | undefined;
  /** Of a replay alone. */
  readonly "accept-ambiguous"?: boolean | undefined;
}

export interface Problem {
  readonly problem: string;
}

/** @param warn told of what to put right although it is taken */
export function verificationFrom(values: VerificationValues, warn: (warning: string) => void): JudgeSettings | Problem {
  const chosen = values.dialect === undefined ? dialects : parseDialects(values.dialect);
  if (typeof chosen === "string") return { problem: `--dialect: ${chosen}` };
  const legacy = values["legacy-listeners"];
  const legacyListeners = legacy === undefined ? listenerNames : parseListenerNames(legacy);
  if (typeof legacyListeners === "string") return { problem: `--legacy-listeners: ${legacyListeners}` };
  const secrets = secretTexts(values, warn);
  if ("problem" in secrets) return secrets;
  const { keys = null, "key-cache-seconds": cacheText = String(DEFAULT_KEY_CACHE_SECONDS) } = values;
  if (!/^[1-9][0-9]{0,5}$/.test(cacheText)) {
    return { problem: `--key-cache-seconds: expected seconds from 1 to 999999, got ${JSON.stringify(cacheText)}` };
  }
  const isArn = keys?.startsWith("arn:") === true;
  return {
    secrets,
    allowDefaultSecret: values["allow-default-secret"] === true,
    keyFile: isArn ? null : keys,
    secretArn: isArn ? keys : null,
    keyCacheSeconds: Number(cacheText),
    dialects: chosen,
    extraFields: values["extra-field"] ?? [],
    timeWindow: values["time-window"] === true,
    legacyListeners,
    acceptAmbiguous: values["accept-ambiguous"] === true,
  };
}

/** Makes a judge for a look at what was captured or kept, and warns where the settings let anybody in. Its keys are the caller's to close. */
async function verifierFor(verification: JudgeSettings, io: Io): Promise<Verifier | Problem> {
  const warn = (message: string) => io.err(`warning: ${message}`);
  const opened = await openJudge(verification, { ...createLogger(io.err), info: () => undefined, warn }, false);
  return opened.ok ? opened : { problem: opened.problem };
}

/** Both in one. */
export async function verifierFrom(values: VerificationValues, io: Io): Promise<Verifier | Problem> {
  const verification = verificationFrom(values, (warning) => io.err(`warning: ${warning}`));
  return "problem" in verification ? verification : verifierFor(verification, io);
}

/** The secrets given by option and by file. */
export function secretTexts(
  values: Pick<VerificationValues, "secret" | "secret-file">,
  warn: (warning: string) => void,
): readonly string[] | Problem {
  const texts = [...(values.secret ?? [])];
  for (const file of values["secret-file"] ?? []) {
    const read = readSecretFile(file);
    if (!read.ok) return { problem: read.problem };
    if (read.warning !== undefined) warn(read.warning);
    texts.push(read.secret);
  }
  return texts;
}
