import type { Figure } from "./result.ts";

export interface Step {
  readonly name: string;
  /** Does the work once. @returns how many samples it was */
  readonly run: () => number | Promise<number>;
}

export interface RoundsOptions {
  readonly rounds: number;
  /** Rounds that warm the compiler up, and count for nothing. */
  readonly warmUp: number;
}

/** Measures steps in turn, round by round, by the time of this process on the processor. */
export async function inRounds(steps: readonly Step[], { rounds, warmUp }: RoundsOptions): Promise<readonly Figure[]> {
  const measured = steps.map(({ name }) => ({ name, micros: [] as number[] }));
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const [index, { run }] of steps.entries()) {
      const before = process.cpuUsage();
      const samples = await run();
      const { user, system } = process.cpuUsage(before);
      if (round >= warmUp) measured[index]?.micros.push((user + system) / samples);
    }
  }
  return measured;
}
