/**
 * Does work in the order in which it is given: it begins when all that was given before has ended, well or not.
 *
 * @returns what the work answers, or throws
 */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** One line of waiting work, for what must not be done twice at the same time. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
