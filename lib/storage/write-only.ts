import type { StorageDriver } from "./driver.ts";

/**
 * The reading half of a storage that is only ever written to: each reading fails, as an empty one would be taken for an
 * answer.
 *
 * @param name the driver's
 * @param why such as `keeps nothing`
 */
export function writeOnly(
  name: string,
  why: string,
): Required<Pick<StorageDriver, "writeOnly" | "samples" | "conflicts" | "events">> {
  const problem = `${name}: ${why}, so nothing can be read from it; name another storage with --storage`;
  const refused: AsyncIterable<never> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error(problem)) }),
  };
  return { writeOnly: problem, samples: () => refused, conflicts: () => refused, events: () => refused };
}
