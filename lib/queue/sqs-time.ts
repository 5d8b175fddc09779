/** A `Date` holds no later one. */
export const LATEST_TIME = 8_640_000_000_000_000;

/** @returns milliseconds since 1970 out of SQS's decimal text; undefined if it is not a time */
export function timeFrom(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) return undefined;
  const time = Number(text);
  return time <= LATEST_TIME ? time : undefined;
}
