import { contentDigest } from "./content.ts";
import type { ExactNumber, Sample } from "./sample.ts";

/**
 * The fields of a sample that a bill is made of, as text: two samples of one identity that agree in them are one sample,
 * two that don't are a conflict. A volume is the decimal that its shortest text says, so that `1` and `1.0` bill the same.
 */
export function billedContent(sample: Sample): string {
  return JSON.stringify([...billedTo(sample), sample.user_id, decimal(sample.counter_volume)]);
}

/** Owner and kind of a volume: among conflicting samples, the greatest volume per project, type and unit counts. */
export function billedTo(sample: Sample): readonly [project: string | null, type: string, unit: string] {
  return [sample.project_id, sample.counter_type, sample.counter_unit];
}

/** Orders samples by volume, then by content: the same whatever order they came in. */
export function compareBilled(a: Sample, b: Sample): number {
  return compareVolumes(a.counter_volume, b.counter_volume) || compareText(contentDigest(a), contentDigest(b));
}

/** Exact, also between an integer and a float: as the decimals that they say. */
export function compareVolumes(a: ExactNumber, b: ExactNumber): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [decimal(a), decimal(b)];
  if (left === right) return 0;
  const [x, y] = scaled(left, right);
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Digits without point, sign in front, and how many powers of ten they are worth: `-12e-1`. */
function decimal(volume: ExactNumber): string {
  const text = String(volume);
  return isPlain(text) ? `${text}e0` : scientific(text);
}

/** Digits that neither begin nor end with a zero, as most integers are. */
function isPlain(text: string): boolean {
  const last = text.length - 1;
  if (text.charCodeAt(0) === 0x30 || text.charCodeAt(last) === 0x30) return false;
  for (let at = last; at >= 0; at--) {
    const unit = text.charCodeAt(at);
    if (unit < 0x30 || unit > 0x39) return false;
  }
  return true;
}

function scientific(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([-+]?[0-9]+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0e0";
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

/** What `billedContent` says of a volume, as a person would write it. */
export function plainVolume(decimal: string): string {
  const [, sign = "", digits = "", exponent = "0"] = /^(-?)([0-9]+)e(-?[0-9]+)$/.exec(decimal) ?? [];
  const power = Number(exponent);
  if (digits === "" || Math.abs(power) > MOST_ZEROS) return decimal;
  if (power >= 0) return sign + digits + "0".repeat(power);
  const padded = digits.padStart(1 - power, "0");
  return `${sign}${padded.slice(0, power)}.${padded.slice(power)}`;
}

const MOST_ZEROS = 30;

/** Both as integers of one scale. */
function scaled(a: string, b: string): readonly [bigint, bigint] {
  const [digitsA = "0", powerA = "0"] = a.split("e");
  const [digitsB = "0", powerB = "0"] = b.split("e");
  const least = BigInt(Math.min(Number(powerA), Number(powerB)));
  return [BigInt(digitsA) * 10n ** (BigInt(powerA) - least), BigInt(digitsB) * 10n ** (BigInt(powerB) - least)];
}
