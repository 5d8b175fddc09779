import { expect } from "vitest";
import { metricsNamespace } from "../../lib/ledger/metrics.ts";

/** One figure under one set of dimensions: `MessagesReceived Stage=test Listener=udp`. */
export type SeriesName = string;

/** Adds up metric lines as CloudWatch would, and refuses a line of which it could make nothing. */
export function sumEmf(lines: readonly string[]): Readonly<Record<SeriesName, number>> {
  const sums: Record<SeriesName, number> = {};
  for (const [name, value] of lines.flatMap(pointsOf)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}

/** The last value of each figure, for those that are of a moment. */
export function lastEmf(lines: readonly string[]): Readonly<Record<SeriesName, number>> {
  return Object.fromEntries(lines.flatMap(pointsOf));
}

export function isEmf(line: string): boolean {
  return line.startsWith('{"_aws":');
}

function pointsOf(line: string): readonly (readonly [SeriesName, number])[] {
  const { _aws, ...root } = JSON.parse(line);
  expect(_aws).toEqual({
    Timestamp: expect.any(Number),
    CloudWatchMetrics: [
      {
        Namespace: metricsNamespace,
        Dimensions: [expect.any(Array)],
        Metrics: expect.any(Array),
      },
    ],
  });
  const [{ Dimensions, Metrics }] = _aws.CloudWatchMetrics;
  const dimensions: readonly string[] = Dimensions[0];
  const names: readonly string[] = Metrics.map((metric: unknown) => {
    expect(metric).toEqual({ Name: expect.any(String), Unit: expect.stringMatching(/^(?:Count|Seconds)$/) });
    return Object(metric).Name;
  });
  // What a line names it has to hold, and nothing else; the service leaves out what it can't find, without a word.
  expect(Object.keys(root).sort()).toEqual([...dimensions, ...names].sort());
  for (const dimension of dimensions) expect(root[dimension]).toEqual(expect.stringMatching(/^.{1,1024}$/));
  const place = dimensions.map((dimension) => ` ${dimension}=${root[dimension]}`).join("");
  return names.map((name) => {
    expect(Number.isSafeInteger(root[name]) && root[name] >= 0).toBe(true);
    return [name + place, root[name]] as const;
  });
}
