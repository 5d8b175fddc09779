/** Short enough for a metric's dimension and one length byte; without the dot and colon that part a signed text. */
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

export const keyIdRule = "1 to 64 of A-Z, a-z, 0-9, _ and -";
