/**
 * Waits for work, but no longer than so many milliseconds. Work that is late goes on, and nobody hears of its failure.
 *
 * @returns whether the work ended in time
 * @throws what the work throws in time
 */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
