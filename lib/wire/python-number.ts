/** Python's `repr(float)`: the shortest digits that read back exactly, positional from 1e-4 up to 1e16. */
export function floatRepr(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e16) {
    return `${Object.is(value, -0) ? "-0" : value}.0`;
  }
  // JavaScript finds the same digits, but changes to exponents elsewhere and spells them otherwise.
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e16) return String(value);
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  return `${digits}e${spellExponent(exponent)}`;
}

/** Python 2's `str(float)`: twelve significant digits, ties to even, exponents from 1e11 and below 1e-4. */
export function floatStrPython2(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  if (value === 0) return floatRepr(value);
  const [digits, exponent] = twelveDigits(value);
  const power = Number(exponent);
  if (power < -4 || power >= 11) return `${digits}e${spellExponent(exponent)}`;
  const text = positional(digits, power);
  return text.includes(".") ? text : `${text}.0`;
}

/**
 * `value` rounded to twelve significant digits, half to even as C's printf does; JavaScript rounds half up.
 * Zeros at the end are dropped, but CPython forgets to where it rounds an integer below 1e15 down from a tie.
 */
function twelveDigits(value: number): [digits: string, exponent: string] {
  const [digits, exponent] = value.toExponential(11).split("e") as [string, string];
  const exact = value.toExponential(100).split("e")[0] as string;
  const at = exact.indexOf(".") + 12;
  const tie = /^50*$/.test(exact.slice(at)) && exact.length > at;
  if (!tie || Number(exact[at - 1]) % 2 !== 0) return [withoutZeros(digits), exponent];
  // An even twelfth digit stays, and what follows it falls away.
  const even = exact.slice(0, at);
  const keepsZeros = Number.isInteger(value) && Math.abs(value) < 1e15;
  return [keepsZeros ? even : withoutZeros(even), value.toExponential(100).split("e")[1] as string];
}

function withoutZeros(digits: string): string {
  return digits.replace(/\.?0+$/, "");
}

function positional(digits: string, power: number): string {
  const sign = digits.startsWith("-") ? "-" : "";
  const bare = digits.replace("-", "").replace(".", "");
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${bare}`;
  if (bare.length <= power + 1) return sign + bare.padEnd(power + 1, "0");
  return `${sign}${bare.slice(0, power + 1)}.${bare.slice(power + 1)}`;
}

/** At least two digits, always with a sign: `+16`, `-05`. */
function spellExponent(exponent: string): string {
  const sign = exponent.startsWith("-") ? "-" : "+";
  return sign + exponent.replace(/^[-+]/, "").padStart(2, "0");
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
}
