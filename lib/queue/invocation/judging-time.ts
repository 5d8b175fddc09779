import { setImmediate as nextTurn } from "node:timers/promises";

/** How long judging goes on before timers and answers get their turn, in milliseconds. */
const TURN_MS = 20;
/** The part of the handler's time that is kept for storing: of 30 s some six, for 10 MB at the very most. */
const STORING_SHARE = 1 / 5;

/** The time that one event may be judged for. Judging never waits, so that without a pause no deadline would be noticed. */
export interface JudgingTime {
  /** To be called between one sample and the next. @returns false once no more is to be judged */
  goesOn(): Promise<boolean>;
}

/** @param milliseconds for everything, storing included */
export function createJudgingTime(milliseconds: number): JudgingTime {
  const end = performance.now() + milliseconds * (1 - STORING_SHARE);
  let turnedAt = performance.now();
  return {
    async goesOn() {
      if (performance.now() - turnedAt >= TURN_MS) {
        await nextTurn();
        turnedAt = performance.now();
      }
      return performance.now() < end;
    },
  };
}
