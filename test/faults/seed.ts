import { randomInt } from "node:crypto";

/** The seed of a scenario, printed so that a failure can be seen again by writing it here in its place. */
export function scenarioSeed(name: string): number {
  const seed = randomInt(2 ** 31);
  console.log(`${name}: seed ${seed}`);
  return seed;
}
