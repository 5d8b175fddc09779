import type { Random } from "../support/random.ts";

export interface MutatedBytes {
  readonly mutation: string;
  readonly bytes: Buffer;
}

/** Damages bytes in one to four places; `other` is what they may be spliced with. */
export function mutateBytes(bytes: Buffer, other: Buffer, random: Random): MutatedBytes {
  const first = random.pick(operations);
  let mutated = first.apply(bytes, other, random);
  while (random.chance(0.3)) mutated = random.pick(operations).apply(mutated, other, random);
  return { mutation: `bytes: ${first.name}`, bytes: mutated };
}

interface Operation {
  readonly name: string;
  /** Leaves its argument as it was. */
  readonly apply: (bytes: Buffer, other: Buffer, random: Random) => Buffer;
}

/** Heads of msgpack, ends of their ranges, and what JSON is made of. */
// biome-ignore format: a table
const INTERESTING = [
  0x00, 0x01, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6,
  0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9,
  0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff, 0x22, 0x2c, 0x2d, 0x30, 0x39, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d,
] as const;

const operations: readonly [Operation, ...Operation[]] = [
  {
    name: "bit flipped",
    apply: (bytes, _other, random) => changed(bytes, random, (byte) => byte ^ (1 << random.integer(8))),
  },
  {
    name: "byte replaced",
    apply: (bytes, _other, random) => changed(bytes, random, () => anyByte(random)),
  },
  {
    name: "byte stepped",
    apply: (bytes, _other, random) => changed(bytes, random, (byte) => byte + random.pick([-1, 1, -16, 16])),
  },
  {
    name: "bytes inserted",
    apply(bytes, _other, random) {
      const at = random.integer(bytes.length + 1);
      const inserted = Uint8Array.from({ length: 1 + random.integer(6) }, () => anyByte(random));
      return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
    },
  },
  {
    name: "range deleted",
    apply(bytes, _other, random) {
      const [start, end] = range(bytes, random);
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
    },
  },
  {
    name: "range doubled",
    apply(bytes, _other, random) {
      const [start, end] = range(bytes, random);
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
    },
  },
  {
    name: "range moved",
    apply(bytes, _other, random) {
      const [start, end] = range(bytes, random);
      const rest = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
      const at = random.integer(rest.length + 1);
      return Buffer.concat([rest.subarray(0, at), bytes.subarray(start, end), rest.subarray(at)]);
    },
  },
  {
    name: "cut off",
    apply: (bytes, _other, random) => Buffer.from(bytes.subarray(0, random.integer(bytes.length + 1))),
  },
  {
    name: "spliced at one place",
    apply(bytes, other, random) {
      // Captures are alike at their beginnings, so the same place in both is often a place between two fields.
      const at = random.integer(bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(Math.min(at, other.length))]);
    },
  },
  {
    name: "range of another put in",
    apply(bytes, other, random) {
      const [start, end] = range(bytes, random);
      const [from, to] = range(other, random);
      return Buffer.concat([bytes.subarray(0, start), other.subarray(from, to), bytes.subarray(end)]);
    },
  },
];

function changed(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const at = random.integer(copy.length);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

function anyByte(random: Random): number {
  return random.chance(0.7) ? random.pick(INTERESTING) : random.integer(256);
}

/** Mostly short. */
function range(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = random.integer(bytes.length + 1);
  const length = random.chance(0.8) ? random.integer(40) : random.integer(bytes.length + 1);
  return [start, Math.min(bytes.length, start + length)];
}
