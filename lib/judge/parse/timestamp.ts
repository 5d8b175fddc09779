/**
 * Reads a time as Ceilometer did (ISO 8601 by its own, lenient grammar: basic and extended forms, missing
 * parts, one-digit days, a comma or a point before the fraction, no zone meaning UTC).
 *
 * @returns UTC with six digits of a second, further digits cut off: `2022-09-30T12:00:00.123456Z`; undefined
 *   for anything else, and for times that fall outside the years 1 to 9999 in UTC.
 */
export function parseTimestamp(text: string): string | undefined {
  if (isCommon(text)) return text.length === COMMON.length ? `${text}Z` : `${text}.000000Z`;
  const parts = ISO_8601.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const offset = offsetMinutes(parts);
  const local = localTime(parts);
  if (offset === undefined || local === undefined) return undefined;
  const utc = new Date(local.getTime() - offset * 60_000);
  const year = utc.getUTCFullYear();
  if (year < 1 || year > 9999) return undefined;
  if (ROUNDS_UP.test(parts.fraction ?? "")) return undefined;
  const micros = (parts.fraction ?? "").slice(0, 6).padEnd(6, "0");
  return `${utc.toISOString().slice(0, 19)}.${micros}Z`;
}

/** The form that publishers send, with or without the fraction: already normal but for its end. */
const COMMON = "0000-00-00T00:00:00.000000";
const WHOLE_SECONDS = "0000-00-00T00:00:00".length;

/** February's 29th is left to the calendar. */
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isCommon(text: string): boolean {
  if (text.length !== COMMON.length && text.length !== WHOLE_SECONDS) return false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const expected = COMMON.charCodeAt(at);
    if (expected === 0x30 ? unit < 0x30 || unit > 0x39 : unit !== expected) return false;
  }
  const day = twoDigits(text, 8);
  return (
    !text.startsWith("0000") &&
    day >= 1 &&
    day <= (DAYS[twoDigits(text, 5) - 1] ?? 0) &&
    twoDigits(text, 11) <= 23 &&
    twoDigits(text, 14) <= 59 &&
    twoDigits(text, 17) <= 59
  );
}

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 0x30 * 11;
}

type Parts = Readonly<Record<string, string | undefined>>;

// Python's "$" also matches before one final line feed, so both ends of the original's pattern allow it.
const YEAR = "(?<year>[0-9]{4})";
const MONTH = "(?:-(?<dashMonth>[0-9]{1,2})|(?<month>[0-9]{2})(?!\\n?$))";
const DAY = "(?:-(?<dashDay>[0-9]{1,2})|(?<day>[0-9]{2}))";
const SECOND = "(?::?(?<second>[0-9]{1,2})(?:[.,](?<fraction>[0-9]+))?)?";
const TIME = `[ T](?<hour>[0-9]{2})(?::?(?<minute>[0-9]{2}))?${SECOND}`;
const ZONE = "(?<zone>Z|(?<sign>[-+])(?<zoneHour>[0-9]{2}):?(?<zoneMinute>[0-9]{2})?)?";
const ISO_8601 = new RegExp(`^${YEAR}(?:${MONTH}(?:${DAY}(?:${TIME}${ZONE})?)?)?\\n?$`);

// The original holds twenty-eight digits and cuts six of them off, unless nines make its rounding carry that far.
const ROUNDS_UP = /^[0-9]{6}9{22}[0-9]/;

function localTime(parts: Parts): Date | undefined {
  const year = Number(parts.year);
  const month = Number(parts.month ?? parts.dashMonth ?? 1);
  const day = Number(parts.day ?? parts.dashDay ?? 1);
  const hour = Number(parts.hour ?? 0);
  const minute = Number(parts.minute ?? 0);
  const second = Number(parts.second ?? 0);
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for those of the twentieth century.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  return date;
}

function offsetMinutes(parts: Parts): number | undefined {
  if (parts.sign === undefined) return 0;
  const minutes = Number(parts.zoneHour) * 60 + Number(parts.zoneMinute ?? 0);
  if (minutes >= 24 * 60) return undefined;
  return parts.sign === "-" ? -minutes : minutes;
}
