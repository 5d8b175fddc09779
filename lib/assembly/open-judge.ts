import type { Doubts } from "../judge/doubts.ts";
import { createJudge, type Judge } from "../judge/judge.ts";
import type { KeySource } from "../keys/keyring.ts";
import type { Logger } from "../log/logger.ts";
import type { Settings } from "../settings.ts";
import { loggedDoubts } from "./doubt-log.ts";
import { openKeys, type ReadSecrets } from "./open-keys.ts";

/** A judge and its keys, which are the caller's to close. */
export interface Verifier {
  readonly judge: Judge;
  readonly keys: KeySource;
  /** The judge's. */
  readonly doubts: Doubts;
}

export type OpenedJudge =
  | ({ readonly ok: true } & Verifier)
  /** Never repeats a secret. Transient: the keys' place did not answer, and may later. */
  | { readonly ok: false; readonly problem: string; readonly transient: boolean };

/** The settings that say which publishers to trust, and how far. */
export type JudgeSettings = Pick<
  Settings,
  | "secrets"
  | "allowDefaultSecret"
  | "keyFile"
  | "secretArn"
  | "keyCacheSeconds"
  | "dialects"
  | "extraFields"
  | "timeWindow"
  | "legacyListeners"
> & {
  /** Reads the secrets again, if they came from files. @default they never change */
  readonly readSecrets?: ReadSecrets | undefined;
  /** For a person who has looked at what was refused. @default false */
  readonly acceptAmbiguous?: boolean;
};

/**
 * Makes the judge that the settings ask for, with the keys that they name.
 *
 * @param notesUses whether what is judged counts as a use of its key: not for a look at what was captured
 */
export async function openJudge(settings: JudgeSettings, logger: Logger, notesUses = true): Promise<OpenedJudge> {
  const opened = await openKeys(settings, logger, notesUses);
  if (!opened.ok) return opened;
  const { keys } = opened;
  const doubts = loggedDoubts(logger);
  return { ok: true, keys, doubts, judge: createJudge({ ...settings, keys, doubts }) };
}
