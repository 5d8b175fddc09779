import { type Result, ratioOf } from "./result.ts";

/** Ratios to the floor of the same run, by bench and figure. */
export type Ratios = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function baselineOf(results: readonly Result[]): Ratios {
  return Object.fromEntries(
    results.map((result) => [
      result.bench,
      Object.fromEntries(
        result.figures.flatMap((figure) => {
          const ratio = ratioOf(result, figure);
          return ratio === undefined ? [] : [[figure.name, Number(ratio.toFixed(2))]];
        }),
      ),
    ]),
  );
}

/** What takes more than so many times its baseline, each as a line; a figure without one is not compared. */
export function worse(kept: Ratios, now: Ratios, tolerance: number): readonly string[] {
  return Object.entries(now).flatMap(([bench, figures]) =>
    Object.entries(figures).flatMap(([name, ratio]) => {
      const before = kept[bench]?.[name];
      if (before === undefined || ratio <= before * tolerance) return [];
      return [
        `${bench}, ${name}: ${ratio} times the floor; the baseline is ${before}, with a tolerance of ${tolerance}`,
      ];
    }),
  );
}
