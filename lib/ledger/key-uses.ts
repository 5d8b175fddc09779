import { dimensionNames, keyUsedField, keyUsePeriodMs, noKey } from "./metrics.ts";

export interface KeyUsesOptions {
  readonly stage: string;
  /** Takes one line of JSON without a line feed; `false` if it was dropped. */
  readonly write: (line: string) => unknown;
}

/**
 * Says in the log which keys are in use: a line for each key and stretch of the clock, as a metric would cost its price for
 * each key. One line more says that it is told at all, so that silence can mean that nothing was used.
 */
export interface KeyUses {
  /**
   * @param verified samples that each key has proved genuine so far, by its id
   * @param now milliseconds since 1970
   */
  write(verified: ReadonlyMap<string, number>, now: number): void;
}

interface Said {
  /** Stretches of the clock since 1970. */
  readonly period: number;
  readonly total: number;
}

export function createKeyUses({ stage, write }: KeyUsesOptions): KeyUses {
  const said = new Map<string, Said>();
  return {
    write(verified, now) {
      const period = Math.floor(now / keyUsePeriodMs);
      const say = (message: string, keyId: string, total: number): void => {
        const last = said.get(keyId);
        if (total === (last?.total ?? 0)) return;
        // A line that was dropped is written next time, in the place of this one.
        if (last?.period !== period && write(lineOf(message, stage, keyId)) === false) return;
        said.set(keyId, { period, total });
      };
      say("keys in use are told", noKey, period);
      for (const [keyId, total] of verified) say("a key is in use", keyId, total);
    },
  };
}

function lineOf(message: string, stage: string, keyId: string): string {
  return JSON.stringify({ level: "info", message, [dimensionNames.stage]: stage, [keyUsedField]: keyId });
}
