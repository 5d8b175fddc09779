/** Secrets as a person types them, read strictly: one invisible character too many rejects every good sample. */

/**
 * One core tries all secrets of three printable characters on one captured datagram within a second. No publisher has
 * such a one on purpose.
 */
export const LEAST_SECRET_LENGTH = 4;

/** Random letters and digits of this length, 95 bits, outlast everybody who tries them on a captured datagram. */
const GOOD_SECRET_LENGTH = 16;

/** The blanks that Python's `str.strip` takes away. */
const BLANK = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const BLANKS_AT_ENDS = new RegExp(`^${BLANK}+|${BLANK}+$`, "g");
const QUOTES_AROUND = /^(["'])(?:.*\1)?$/s;

const BOM = "\ufeff";

/** @returns why nobody can have meant this secret, to be put after its name; it never repeats the text */
export function secretProblem(secret: string): string | undefined {
  if (secret.includes(BOM)) {
    return "has a byte-order mark (U+FEFF) in its secret, which no publisher signs with, and editors put there unseen: take it out";
  }
  if (/\p{Cs}/u.test(secret)) return "has half of a surrogate pair in its secret, which has no bytes in UTF-8";
  return undefined;
}

export function isTooShort(secret: string): boolean {
  return Array.from(secret).length < LEAST_SECRET_LENGTH;
}

/** @returns what may be meant and often is not, to be put after the secret's name; it never repeats the text */
export function secretWarnings(secret: string): readonly string[] {
  const length = Array.from(secret).length;
  return [
    ...(length < GOOD_SECRET_LENGTH
      ? [
          `has a secret of ${length} characters: whoever captures one datagram can try them all, take at least ${GOOD_SECRET_LENGTH} random ones`,
        ]
      : []),
    ...(secret.includes("\ufffd")
      ? [
          "has a replacement character (U+FFFD) in its secret, as is left where text of another encoding was read as UTF-8: write the secret anew",
        ]
      : []),
    ...strippedByOslo(secret),
  ];
}

/** A publisher reads `telemetry_secret` by oslo.config, which takes blanks away at both ends, and then a pair of quotes. */
function strippedByOslo(secret: string): readonly string[] {
  const bare = secret.replace(BLANKS_AT_ENDS, "");
  const ends = [...(bare === secret ? [] : ["blanks or line ends"]), ...(QUOTES_AROUND.test(bare) ? ["quotes"] : [])];
  if (ends.length === 0) return [];
  return [
    `has ${ends.join(" and ")} at the ends of its secret, which count here: take them out, as a publisher's oslo.config would have stripped them from telemetry_secret`,
  ];
}

export type DecodedText =
  | { readonly ok: true; readonly text: string }
  /** To be put after the place's name. Never repeats the text. */
  | { readonly ok: false; readonly problem: string };

/** Reads bytes that a person wrote as UTF-8. Anything else would give other bytes to sign with than were meant. */
export function decodeSecretText(bytes: Uint8Array): DecodedText {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0)) {
    return refused("is UTF-16, or has NUL bytes: save it as UTF-8 without a byte-order mark");
  }
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return refused("begins with a byte-order mark, which would count as a character: save it as UTF-8 without one");
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return refused("is not UTF-8, but perhaps Latin-1: save it as UTF-8");
  }
}

function refused(problem: string): DecodedText {
  return { ok: false, problem };
}
