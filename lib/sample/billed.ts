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
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([-+]?[0-9]+))?$/.exec(String(volume)) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0e0";
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}

/** Both as integers of one scale. */
function scaled(a: string, b: string): readonly [bigint, bigint] {
  const [digitsA = "0", powerA = "0"] = a.split("e");
  const [digitsB = "0", powerB = "0"] = b.split("e");
  const least = BigInt(Math.min(Number(powerA), Number(powerB)));
  return [BigInt(digitsA) * 10n ** (BigInt(powerA) - least), BigInt(digitsB) * 10n ** (BigInt(powerB) - least)];
}
