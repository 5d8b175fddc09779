/** Begins every secret of signature v2. */
const V2_PREFIX = /^whsec_/i;
/** Sixteen bytes as `openssl rand -hex 16` spells them are longer, and names without any mark between words seldom are. */
const LEAST_RUN = 20;
/** A hexadecimal text changes between letters and digits at every second character; a name with a number in it, once or twice. */
const CHANGES_OF_A_RUN = 0.2;
/** With capitals as well: shorter, as base64 is, and changing oftener than CamelCase does. */
const LEAST_MIXED = 16;
const CHANGES_OF_MIXED = 0.4;

/** Names of machines are UUIDs in some places, and no secret of ours is made so. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * Whether a text looks as if a random generator made it. Ids are logged and counted by everybody who may see metrics, so
 * a secret that somebody typed in an id's place has to be kept from there. A guess: words can't be told from pass phrases.
 */
export function looksLikeSecret(text: string): boolean {
  if (V2_PREFIX.test(text)) return true;
  if (isUuid(text)) return false;
  if (/[a-z]/.test(text) && /[A-Z]/.test(text)) {
    return text.length >= LEAST_MIXED && changesOf(text) >= CHANGES_OF_MIXED;
  }
  return text
    .split(/[^A-Za-z0-9]/)
    .some((run) => run.length >= LEAST_RUN && /[0-9]/.test(run) && changesOf(run) >= CHANGES_OF_A_RUN);
}

/** How often the next character is of another class: a capital, a small letter, a digit, or anything else. */
function changesOf(text: string): number {
  const classes = Array.from(text, (character) => CLASSES.findIndex((pattern) => pattern.test(character)));
  const changes = classes.filter((one, index) => index > 0 && one !== classes[index - 1]).length;
  return changes / text.length;
}

const CLASSES = [/[A-Z]/, /[a-z]/, /[0-9]/];
