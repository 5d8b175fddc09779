/** Microseconds since 1970 in UTC. Exact within the years that `isWithinYears` takes. */
export type Instant = number;

export const SECOND = 1_000_000;
export const HOUR = 3_600 * SECOND;
export const DAY = 24 * HOUR;

/** A float holds each microsecond up to the year 2255. */
export const FIRST_YEAR = 1900;
export const LAST_YEAR = 2200;

/** @param time as in `Sample.time`: `2022-09-30T12:00:00.123456Z` */
export function toInstant(time: string): Instant {
  // Date.parse knows milliseconds; the last three digits are taken from the text.
  return Date.parse(`${time.slice(0, 23)}Z`) * 1_000 + Number(time.slice(23, 26));
}

/** As in `Sample.time`. */
export function toTime(instant: Instant): string {
  const milliseconds = Math.floor(instant / 1_000);
  const micros = String(instant - milliseconds * 1_000).padStart(3, "0");
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${micros}Z`;
}

/** Microseconds since 1970, exact in each year that a sample can have. @param time as in `Sample.time` */
export function toMicros(time: string): bigint {
  return BigInt(Date.parse(`${time.slice(0, 23)}Z`)) * 1_000n + BigInt(time.slice(23, 26));
}

/** As in `Sample.time`; a year after 9999 has six digits and a sign. */
export function microsToTime(micros: bigint): string {
  const rest = ((micros % 1_000n) + 1_000n) % 1_000n;
  const milliseconds = new Date(Number((micros - rest) / 1_000n)).toISOString().slice(0, -1);
  return `${milliseconds}${String(rest).padStart(3, "0")}Z`;
}

/** Whether an instant and what is looked at around it can be told exactly. */
export function isWithinYears(time: string): boolean {
  const year = Number(time.slice(0, 4));
  return year >= FIRST_YEAR && year <= LAST_YEAR;
}
