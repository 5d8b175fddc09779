/** A repeatable stream of choices: the same seed gives the same messages on every machine. */
export interface Random {
  /** From 0 up to, but not including, `below`; at most 2^32. */
  integer(below: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** As many random bits as asked for, in multiples of 32. */
  bits(count: number): bigint;
}

/** Marsaglia's xorshift32: short, and plenty for choosing test data. */
export function seededRandom(seed: number): Random {
  let state = (seed ^ 0x9e37_79b9) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  // Neighbouring seeds begin alike, so the first few are thrown away.
  for (let round = 0; round < 16; round++) next();
  const integer = (below: number): number => Math.floor((next() / 2 ** 32) * below);
  return {
    integer,
    chance: (probability) => next() < probability * 2 ** 32,
    pick: (items) => items[integer(items.length)] ?? items[0],
    bits(count) {
      let bits = 0n;
      for (let have = 0; have < count; have += 32) bits = (bits << 32n) | BigInt(next());
      return bits;
    },
  };
}
