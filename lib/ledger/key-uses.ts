import { dimensionNames, keyUsedField } from "./metrics.ts";

const HOUR_MS = 3_600_000;

export interface KeyUsesOptions {
  readonly stage: string;
  /** Takes one line of JSON without a line feed; `false` if it was dropped. */
  readonly write: (line: string) => unknown;
}

/** Says in the log which keys are in use: a line a key and hour of the clock, since a metric costs a key's price each month. */
export interface KeyUses {
  /**
   * @param verified samples that each key has proved genuine so far, by its id
   * @param now milliseconds since 1970
   */
  write(verified: ReadonlyMap<string, number>, now: number): void;
}

interface Said {
  readonly hour: number;
  readonly total: number;
}

export function createKeyUses({ stage, write }: KeyUsesOptions): KeyUses {
  const said = new Map<string, Said>();
  return {
    write(verified, now) {
      const hour = Math.floor(now / HOUR_MS);
      for (const [keyId, total] of verified) {
        const last = said.get(keyId);
        if (total === (last?.total ?? 0)) continue;
        // A line that the log dropped is written next time, in the place of this one.
        if (last?.hour !== hour && write(lineOf(stage, keyId)) === false) continue;
        said.set(keyId, { hour, total });
      }
    },
  };
}

function lineOf(stage: string, keyId: string): string {
  const line = { level: "info", message: "a key is in use" };
  return JSON.stringify({ ...line, [dimensionNames.stage]: stage, [keyUsedField]: keyId });
}
