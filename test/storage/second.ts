/** `2022-09-30T20:00:00.000000Z` and so many seconds: a day's end is never far. */
export function second(seconds: number): string {
  return `${new Date(Date.UTC(2022, 8, 30, 20) + seconds * 1_000).toISOString().slice(0, -1)}000Z`;
}

export function afterSecond(seconds: number): string {
  return second(seconds).replace("000Z", "001Z");
}
