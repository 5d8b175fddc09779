import { looksLikeSecret } from "./secret-like.ts";

/** Short enough for one length byte; without the dot and colon that part a signed text. */
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

export const keyIdRule = "1 to 64 of A-Z, a-z, 0-9, _ and -";

/** A key id for a message. What can't be one may be a secret that stands in the wrong place: of that the length alone. */
export function shownKeyId(id: string, what = "the key id "): string {
  return what + (mayBeShown(id) ? JSON.stringify(id) : `that is ${id.length} characters long`);
}

/** Whether it is an id, as far as anybody can tell, and no secret in an id's place. */
export function mayBeShown(id: string): boolean {
  return isKeyId(id) && !looksLikeSecret(id);
}
