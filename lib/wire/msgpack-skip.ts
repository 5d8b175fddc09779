/**
 * Passes over msgpack values without making anything of them, so that what lies behind can be read. Structure alone is
 * looked at: text that is not UTF-8 and names of a wrong type pass.
 *
 * @param values how many, each with all that is inside
 * @returns the position behind them; undefined where the bytes end before
 */
export function skipMsgpack(bytes: Buffer, from: number, values: number): number | undefined {
  let position = from;
  // Each takes a byte at least, so that a forged length ends with the bytes.
  for (let pending = values; pending > 0 && position < bytes.length; pending--) {
    const { width, size, inside, perLength } = LAYOUTS[bytes[position++] as number] ?? NOTHING;
    if (position + width > bytes.length) return undefined;
    const length = width === 0 ? 0 : bytes.readUIntBE(position, width);
    position += width + size + (perLength === 0 ? length : 0);
    pending += inside + perLength * length;
    if (pending === 1) return position <= bytes.length ? position : undefined;
  }
  return values === 0 ? from : undefined;
}

/** The bytes and values that follow a head. */
interface Layout {
  /** Bytes of a length. */
  readonly width: number;
  /** Bytes behind it. */
  readonly size: number;
  /** Values inside. */
  readonly inside: number;
  /** Values inside for each one of the length; 0 if that counts bytes. */
  readonly perLength: number;
}

const NOTHING: Layout = { width: 0, size: 0, inside: 0, perLength: 0 };

function layout(width: number, size = 0, perLength = 0): Layout {
  return { width, size, inside: 0, perLength };
}

/** From 0xc0 to 0xdf; of what is no head, nothing follows. */
// biome-ignore format: a table
const TAGGED: readonly Layout[] = [
  NOTHING, NOTHING, NOTHING, NOTHING, layout(1), layout(2), layout(4), layout(1, 1), layout(2, 1), layout(4, 1),
  layout(0, 4), layout(0, 8), layout(0, 1), layout(0, 2), layout(0, 4), layout(0, 8), layout(0, 1), layout(0, 2), layout(0, 4), layout(0, 8),
  layout(0, 2), layout(0, 3), layout(0, 5), layout(0, 9), layout(0, 17), layout(1), layout(2), layout(4),
  layout(2, 0, 1), layout(4, 0, 1), layout(2, 0, 2), layout(4, 0, 2),
];

const LAYOUTS: readonly Layout[] = Array.from({ length: 0x100 }, (_, head) => {
  if (head < 0x80 || head >= 0xe0) return NOTHING;
  if (head < 0x90) return { ...NOTHING, inside: 2 * (head & 0x0f) };
  if (head < 0xa0) return { ...NOTHING, inside: head & 0x0f };
  return head < 0xc0 ? layout(0, head & 0x1f) : (TAGGED[head - 0xc0] ?? NOTHING);
});
