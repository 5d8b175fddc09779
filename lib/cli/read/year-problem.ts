import { FIRST_YEAR, isWithinYears, LAST_YEAR } from "../../query/instant.ts";
import type { TimeRange } from "../../storage/driver.ts";

/** Why one can't calculate with the times that were asked for; undefined if one can. */
export function yearProblem({ from, to }: TimeRange): string | undefined {
  const strange = Object.entries({ from, to }).find(([, time]) => time !== undefined && !isWithinYears(time));
  return strange && `--${strange[0]}: expected a year from ${FIRST_YEAR} to ${LAST_YEAR}`;
}
