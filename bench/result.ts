import { median } from "./median.ts";

/** One figure of a bench: of each round, in microseconds of the processor for a sample. */
export interface Figure {
  readonly name: string;
  readonly micros: readonly number[];
}

export interface Result {
  readonly bench: string;
  /** What was done, in a line. */
  readonly title: string;
  readonly figures: readonly Figure[];
  /** The figure that the others are compared with: measured in the same rounds, so that ratios hold on a noisy machine. */
  readonly floor: string;
  /** The figure that is taken off those which begin with "to ". */
  readonly base?: string;
  /** What could not be measured, and why. */
  readonly skipped?: readonly string[];
  /** Datagrams that were sent and not recorded, by figure. */
  readonly lost?: ReadonlyMap<string, number>;
}

/** How many times the floor a figure is, by the medians; undefined for the floor and the base themselves. */
export function ratioOf(result: Result, { name, micros }: Figure): number | undefined {
  if (name === result.floor || name === result.base) return undefined;
  const [floor, base] = [result.floor, result.base].map((one) => medianOf(result, one));
  const off = name.startsWith("to ") ? (base ?? 0) : 0;
  return (median(micros) - off) / (floor || 1);
}

function medianOf({ figures }: Result, name: string | undefined): number {
  return median(figures.find((one) => one.name === name)?.micros ?? []);
}

/** As it stands in the documentation. */
export function tableOf(result: Result): readonly string[] {
  const width = Math.max(...result.figures.map(({ name }) => name.length));
  const beyond = result.base === undefined ? "" : ` beyond ${result.base}`;
  const rows = result.figures.map((figure) => {
    const { micros, name } = figure;
    const spread = `(${Math.min(...micros).toFixed(2)} to ${Math.max(...micros).toFixed(2)})`;
    const ratio = ratioOf(result, figure);
    const lost = result.lost?.get(name);
    const middle = median(micros).toFixed(2).padStart(8);
    const times = ratio === undefined ? "" : `${ratio.toFixed(2)} ×`;
    return `${name.padEnd(width)} ${middle} ${spread.padStart(20)} ${times.padStart(9)}${lost === undefined ? "" : `   ${lost} lost`}`.trimEnd();
  });
  const head = `${"µs a sample".padEnd(width)}   median      least to most   of the ${result.floor}${beyond}`;
  return [result.title, head, ...rows, ...(result.skipped ?? []).map((one) => `skipped: ${one}`)];
}
