import { readFileSync } from "node:fs";
import { createJudge, type Judge } from "../collector/judge.ts";
import { type Dialect, dialects } from "../collector/sample.ts";
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

/** @returns a judge, or a problem for the person who called. */
export function judgeFrom(values: VerificationValues, io: Io): Judge | { readonly problem: string } {
  const chosen = toDialects(values.dialect);
  if (!Array.isArray(chosen)) return chosen;
  const texts = secretTexts(values);
  if ("problem" in texts) return texts;
  const secrets = toSecrets(texts, values["allow-default-secret"] === true);
  if (!secrets.ok) return secrets;
  if (secrets.warning !== undefined) io.err(`warning: ${secrets.warning}`);
  return createJudge({ secrets: secrets.secrets, dialects: chosen, extraFields: values["extra-field"] ?? [] });
}

function toDialects(text: string | undefined): Dialect[] | { readonly problem: string } {
  if (text === undefined) return [...dialects];
  const chosen: Dialect[] = [];
  for (const name of text.split(",")) {
    const dialect = dialects.find((known) => known === name.trim());
    if (dialect === undefined) {
      return { problem: `no dialect ${JSON.stringify(name)}: choose from ${dialects.join(", ")}` };
    }
    chosen.push(dialect);
  }
  return chosen;
}

function secretTexts(values: VerificationValues): readonly string[] | { readonly problem: string } {
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
