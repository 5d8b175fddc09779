import type { KeyObject } from "node:crypto";
import { isKeyId, keyIdRule, shownKeyId } from "../../keys/key-id.ts";
import { isV2Secret, parseV2Secret } from "../../keys/v2-secret.ts";
import { datagramLimits } from "../../wire/limits.ts";
import type { Problem } from "../command/verification-options.ts";

/** How messages are signed with signature v2. */
export interface Sealing {
  readonly keyId: string;
  readonly secret: KeyObject;
  /** The most messages of one envelope or queue message. */
  readonly most: number;
  readonly deflate: boolean;
}

/** For `parseOptions`. */
export const sealingOptions = {
  sign: { type: "string" },
  "key-id": { type: "string" },
  "per-datagram": { type: "string" },
  deflate: { type: "boolean" },
} as const;

export const sealingHelp = `  --sign SCHEME             legacy: Ceilometer's own signature, in each generated sample (the default there)
                            v2: many samples in one envelope or queue message, which is signed as a whole;
                            captured messages lose their own signatures
  --key-id ID               with --sign v2: which key --secret is, such as pub-7
  --per-datagram N          with --sign v2: at most N samples in one (default as many as 1,400 bytes of UDP
                            or 64,000 of TCP or a queue hold)
  --deflate                 with --sign v2, by UDP or TCP: deflate the samples`;

export interface SealingValues {
  readonly sign?: string | undefined;
  readonly "key-id"?: string | undefined;
  readonly "per-datagram"?: string | undefined;
  readonly deflate?: boolean | undefined;
  readonly generate?: boolean | undefined;
}

/** @param secrets as they were given. @returns undefined where signature v2 is not asked for */
export function sealingFrom(values: SealingValues, secrets: readonly string[]): Sealing | undefined | Problem {
  const { sign, "key-id": keyId, "per-datagram": perDatagram, deflate = false } = values;
  if (sign !== undefined && sign !== "legacy" && sign !== "v2") return { problem: "--sign: choose from legacy, v2" };
  if (sign !== "v2") return legacyProblem(values, secrets);
  if (keyId === undefined) return { problem: "--key-id is missing: --sign v2 says which key it signs with" };
  if (!isKeyId(keyId)) return { problem: `--key-id: expected ${keyIdRule}, got ${shownKeyId(keyId, "one ")}` };
  const most = perDatagram === undefined ? datagramLimits.maxArrayLength : Number(perDatagram);
  if (!/^[1-9][0-9]*$/.test(perDatagram ?? "1") || most > datagramLimits.maxArrayLength) {
    return { problem: `--per-datagram: expected a whole number from 1 to ${datagramLimits.maxArrayLength}` };
  }
  const [text, ...others] = secrets;
  if (text === undefined || others.length > 0) {
    return { problem: "--sign v2 signs with one secret: give the key's whsec_... by --secret or --secret-file" };
  }
  const parsed = parseV2Secret(text);
  if (!parsed.ok) return { problem: `${parsed.problem}; other secrets sign with --sign legacy` };
  return { keyId, secret: parsed.secret, most, deflate };
}

function legacyProblem(values: SealingValues, secrets: readonly string[]): Problem | undefined {
  if (secrets.some(isV2Secret)) {
    return { problem: "a secret that begins with whsec_ is for signature v2: add --sign v2 and --key-id" };
  }
  if (values.sign !== undefined && values.generate !== true) {
    return {
      problem: "files go out as they were signed: leave out --sign, or sign their messages anew with --sign v2",
    };
  }
  const without = values["key-id"] ?? values["per-datagram"] ?? values.deflate;
  return without === undefined
    ? undefined
    : { problem: "--key-id, --per-datagram and --deflate go with --sign v2 only" };
}
