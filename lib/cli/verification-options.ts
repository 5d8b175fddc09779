import { readFileSync } from "node:fs";
import { createJudge, type Judge } from "../collector/judge.ts";
import { dialects } from "../collector/sample.ts";
import { parseDialects, type Settings } from "../collector/settings.ts";
import { toSecrets } from "../collector/signature/secrets.ts";
import type { Io } from "./io.ts";

/** The options of every command that proves messages genuine, for node:util's parseArgs. */
export const verificationOptions = {
  secret: { type: "string", multiple: true },
  "secret-file": { type: "string", multiple: true },
  "allow-default-secret": { type: "boolean" },
  dialect: { type: "string" },
  "extra-field": { type: "string", multiple: true },
} as const;

export const verificationHelp = `  --secret S                a secret that publishers sign with; may be given several times
  --secret-file F           the same, from a file (one line feed at its end does not count)
  --allow-default-secret    accept Ceilometer's well-known default secrets, with a warning
  --dialect LIST            which generations' signatures to accept, in this order (default py3,kilo,icehouse)
  --extra-field NAME        a top-level field to accept beside Ceilometer's own; may be given several times`;

export interface VerificationValues {
  readonly secret?: readonly string[] | undefined;
  readonly "secret-file"?: readonly string[] | undefined;
  readonly "allow-default-secret"?: boolean | undefined;
  readonly dialect?: string | undefined;
  readonly "extra-field"?: readonly string[] | undefined;
}

/** Whom to trust. */
export type Verification = Pick<Settings, "secrets" | "allowDefaultSecret" | "dialects" | "extraFields">;

export interface Problem {
  readonly problem: string;
}

export function verificationFrom(values: VerificationValues): Verification | Problem {
  const chosen = values.dialect === undefined ? dialects : parseDialects(values.dialect);
  if (typeof chosen === "string") return { problem: `--dialect: ${chosen}` };
  const secrets = secretTexts(values);
  if ("problem" in secrets) return secrets;
  return {
    secrets,
    allowDefaultSecret: values["allow-default-secret"] === true,
    dialects: chosen,
    extraFields: values["extra-field"] ?? [],
  };
}

/** Makes the judge, and warns where the settings let anybody in. */
export function judgeFor(verification: Verification, io: Io): Judge | Problem {
  const secrets = toSecrets(verification.secrets, verification.allowDefaultSecret);
  if (!secrets.ok) return secrets;
  if (secrets.warning !== undefined) io.err(`warning: ${secrets.warning}`);
  return createJudge({ ...verification, secrets: secrets.secrets });
}

/** Both in one. */
export function judgeFrom(values: VerificationValues, io: Io): Judge | Problem {
  const verification = verificationFrom(values);
  return "problem" in verification ? verification : judgeFor(verification, io);
}

/** The secrets given by option and by file. */
export function secretTexts(values: Pick<VerificationValues, "secret" | "secret-file">): readonly string[] | Problem {
  const texts = [...(values.secret ?? [])];
  for (const file of values["secret-file"] ?? []) {
    try {
      texts.push(readFileSync(file, "utf8").replace(/\r?\n$/, ""));
    } catch (error) {
      return { problem: `can't read the secret file: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  return texts;
}
