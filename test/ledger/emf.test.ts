import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMetricsWriter } from "../../lib/ledger/emf.ts";
import type { Ledger, ProcessLedger } from "../../lib/ledger/ledger.ts";
import { listenerMetrics, type MetricName, momentaryMetrics } from "../../lib/ledger/metrics.ts";
import { type ListenerName, listenerNames } from "../../lib/sample/listener-name.ts";
import { noRejections, rejectionReasons } from "../../lib/sample/rejection.ts";
import { isEmf, lastEmf, sumEmf } from "../support/emf-reader.ts";

const none = noRejections();

function writing(stage = "test") {
  const lines: string[] = [];
  return { lines, metrics: createMetricsWriter({ stage, write: (line) => lines.push(line), now: () => 1_700_000 }) };
}

describe("the metrics writer", () => {
  it("writes one line a listener, in the format of which CloudWatch makes metrics", () => {
    const { lines, metrics } = writing();
    metrics.write({ queue: { figures: { MessagesReceived: 3, SamplesRecorded: 2 }, rejected: none } });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: 1_700_000,
          CloudWatchMetrics: [
            {
              Namespace: "Countersign",
              Dimensions: [["Stage", "Listener"]],
              Metrics: [
                { Name: "MessagesReceived", Unit: "Count" },
                { Name: "SamplesRecorded", Unit: "Count" },
              ],
            },
          ],
        },
        Stage: "test",
        Listener: "queue",
        MessagesReceived: 3,
        SamplesRecorded: 2,
      },
    ]);
  });

  it("writes what came since the last line, 0 too, but the records in flight as they are now", () => {
    const { lines, metrics } = writing();
    const udp = (received: number, RecordsInFlight: number): Ledger => ({
      figures: { MessagesReceived: received, RecordsInFlight },
      rejected: none,
    });
    for (const ledger of [udp(5, 4), udp(5, 4), udp(12, 1)]) metrics.write({ udp: ledger });
    const figures = lines.map((line) => JSON.parse(line)).map((line) => [line.MessagesReceived, line.RecordsInFlight]);
    expect(figures).toEqual([
      [5, 4],
      [0, 4],
      [7, 1],
    ]);
  });

  it("writes a line more for each reason of which there was a rejection since, and only for those", () => {
    const { lines, metrics } = writing();
    const tcp = (unsigned: number, ambiguous: number): Ledger => ({
      figures: { SamplesRejected: unsigned + ambiguous },
      rejected: { ...none, unsigned, ambiguous },
    });
    metrics.write({ tcp: tcp(2, 1) });
    expect(lines).toHaveLength(3);
    metrics.write({ tcp: tcp(2, 4) });
    expect(lines).toHaveLength(5);
    expect(sumEmf(lines)).toEqual({
      "SamplesRejected Stage=test Listener=tcp": 6,
      "SamplesRejected Stage=test Listener=tcp Reason=unsigned": 2,
      "SamplesRejected Stage=test Listener=tcp Reason=ambiguous": 4,
    });
  });

  it("writes no figure that is not the listener's own, and nothing for a listener that is not there", () => {
    const { lines, metrics } = writing();
    metrics.write({});
    metrics.write({ queue: { figures: { KernelDrops: 3, MessagesShed: 1, MessagesPartial: 1 }, rejected: none } });
    expect(sumEmf(lines)).toEqual({ "MessagesPartial Stage=test Listener=queue": 1 });
  });

  it("writes what a process has counted beside its listeners, and the last use of each key", () => {
    const { lines, metrics } = writing();
    metrics.write({}, ofProcess(2, { first: 3, second: 0 }));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: 1_700_000,
          CloudWatchMetrics: [
            {
              Namespace: "Countersign",
              Dimensions: [["Stage"]],
              Metrics: [
                { Name: "MessagesQuarantined", Unit: "Count" },
                { Name: "QuarantineSkipped", Unit: "Count" },
                { Name: "QuarantineFailed", Unit: "Count" },
                { Name: "KeyReadsFailed", Unit: "Count" },
                { Name: "LogLinesDropped", Unit: "Count" },
                { Name: "SamplesAmbiguous", Unit: "Count" },
                { Name: "SamplesMarked", Unit: "Count" },
                { Name: "SamplesRecut", Unit: "Count" },
                { Name: "SamplesExpired", Unit: "Count" },
                { Name: "SecondsWithoutStorage", Unit: "Count" },
                { Name: "StorageRefused", Unit: "Count" },
              ],
            },
          ],
        },
        Stage: "test",
        MessagesQuarantined: 2,
        QuarantineSkipped: 20,
        QuarantineFailed: 200,
        KeyReadsFailed: 2_000,
        LogLinesDropped: 20_000,
        SamplesAmbiguous: 200_000,
        SamplesMarked: 2_000_000,
        SamplesRecut: 20_000_000,
        SamplesExpired: 200_000_000,
        SecondsWithoutStorage: 2_000_000_000,
        StorageRefused: 20_000_000_000,
      },
      { level: "info", message: "keys in use are told", Stage: "test", KeyUsed: "*" },
      { level: "info", message: "a key is in use", Stage: "test", KeyUsed: "first" },
    ]);
  });

  it("writes of a process what came since the last line, and of keys that they are in use", () => {
    const { lines, metrics } = writing();
    // The source of the keys counts on in one map.
    const uses = { first: 3, second: 1 };
    const verified = new Map(Object.entries(uses));
    metrics.write({}, { ...ofProcess(1, {}), verified });
    verified.set("second", 5);
    metrics.write({}, { ...ofProcess(3, {}), verified });
    metrics.write({}, { ...ofProcess(3, {}), verified });
    const points = lines.map((line) => JSON.parse(line)).map((line) => line.KeyUsed ?? line.MessagesQuarantined);
    expect(points).toEqual([1, "*", "first", "second", 2, 0]);
  });

  it("writes how long each polled queue has not answered, in seconds", () => {
    const { lines, metrics } = writing();
    metrics.write({}, { ...ofProcess(0, {}), pollAges: new Map([["spillQueue", 61]]) });
    metrics.write({}, { ...ofProcess(0, {}), pollAges: new Map([["spillQueue", 0]]) });
    const points = lines.map((line) => JSON.parse(line)).filter((line) => line.Queue !== undefined);
    expect(points.map(({ Queue, SecondsSincePoll }) => [Queue, SecondsSincePoll])).toEqual([
      ["spillQueue", 61],
      ["spillQueue", 0],
    ]);
    expect(points[0]?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: "Countersign",
        Dimensions: [["Stage", "Queue"]],
        Metrics: [{ Name: "SecondsSincePoll", Unit: "Seconds" }],
      },
    ]);
  });

  it("writes how old the oldest message is that could not be stored, in seconds, for each queue", () => {
    const { lines, metrics } = writing();
    const unstoredAges = new Map([
      ["queue", 0],
      ["spillQueue", 3_601],
    ]);
    metrics.write({}, { ...ofProcess(0, {}), unstoredAges });
    const points = lines.map((line) => JSON.parse(line)).filter((line) => line.Queue !== undefined);
    expect(points.map(({ Queue, SecondsUnstored }) => [Queue, SecondsUnstored])).toEqual([...unstoredAges]);
    expect(points[1]?._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: "Countersign",
        Dimensions: [["Stage", "Queue"]],
        Metrics: [{ Name: "SecondsUnstored", Unit: "Seconds" }],
      },
    ]);
  });

  it("says what a line said that was dropped once more, in the next that is taken", () => {
    const taken: string[] = [];
    let isFull = true;
    const write = (line: string) => !isFull && taken.push(line) > 0;
    const metrics = createMetricsWriter({ stage: "test", write });
    const ledger = (count: number) => ({
      queue: { figures: { MessagesReceived: count }, rejected: { ...none, unsigned: count } },
    });
    metrics.write(ledger(3), ofProcess(1, { first: 2 }));
    isFull = false;
    metrics.write(ledger(5), ofProcess(2, { first: 2 }));
    metrics.write(ledger(6), ofProcess(2, { first: 2 }));
    expect(taken.filter((line) => !isEmf(line)).map((line) => JSON.parse(line).KeyUsed)).toEqual(["*", "first"]);
    expect(sumEmf(taken.filter(isEmf))).toEqual({
      "MessagesReceived Stage=test Listener=queue": 6,
      "SamplesRejected Stage=test Listener=queue Reason=unsigned": 6,
      "MessagesQuarantined Stage=test": 2,
      "QuarantineSkipped Stage=test": 20,
      "QuarantineFailed Stage=test": 200,
      "KeyReadsFailed Stage=test": 2_000,
      "LogLinesDropped Stage=test": 20_000,
      "SamplesAmbiguous Stage=test": 200_000,
      "SamplesMarked Stage=test": 2_000_000,
      "SamplesRecut Stage=test": 20_000_000,
      "SamplesExpired Stage=test": 200_000_000,
      "SecondsWithoutStorage Stage=test": 2_000_000_000,
      "StorageRefused Stage=test": 20_000_000_000,
    });
  });

  it("adds up to the totals, however often it writes", () => {
    const figures = fc.dictionary(fc.constantFrom<MetricName>(...listenerMetrics.udp), fc.nat(1_000_000));
    const rejected = fc.dictionary(fc.constantFrom(...rejectionReasons), fc.nat(1_000_000));
    const steps = fc.array(fc.record({ listener: fc.constantFrom(...listenerNames), figures, rejected }));
    fc.assert(
      fc.property(steps, fc.stringMatching(/^[\w-]{1,40}$/), (all, stage) => {
        const { lines, metrics } = writing(stage);
        const totals = new Map<ListenerName, Totals>();
        for (const { listener, ...step } of all) {
          const last = totals.get(listener) ?? { figures: {}, rejected: none };
          const next = { figures: grown(last.figures, step.figures), rejected: grown(last.rejected, step.rejected) };
          totals.set(listener, next);
          metrics.write({ [listener]: next });
        }
        const read = { ...sumEmf(lines), ...onlyMomentary(lastEmf(lines)) };
        const expected = Array.from(totals).flatMap(([listener, own]) => seriesOf(stage, listener, own));
        expect(read).toEqual(Object.fromEntries(expected));
      }),
    );
  });
});

function ofProcess(count: number, verified: Readonly<Record<string, number>>): ProcessLedger {
  return {
    figures: {
      MessagesQuarantined: count,
      QuarantineSkipped: 10 * count,
      QuarantineFailed: 100 * count,
      KeyReadsFailed: 1_000 * count,
      LogLinesDropped: 10_000 * count,
      SamplesAmbiguous: 100_000 * count,
      SamplesMarked: 1_000_000 * count,
      SamplesRecut: 10_000_000 * count,
      SamplesExpired: 100_000_000 * count,
      SecondsWithoutStorage: 1_000_000_000 * count,
      StorageRefused: 10_000_000_000 * count,
    },
    verified: new Map(Object.entries(verified)),
  };
}

interface Totals {
  readonly figures: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
}

function seriesOf(stage: string, listener: ListenerName, { figures, rejected }: Totals) {
  const place = `Stage=${stage} Listener=${listener}`;
  const own = listenerMetrics[listener].flatMap((name) => (figures[name] === undefined ? [] : [[name, figures[name]]]));
  const reasons = Object.entries(rejected).filter(([, count]) => count > 0);
  return [
    ...own.map(([name, count]) => [`${name} ${place}`, count] as const),
    ...reasons.map(([reason, count]) => [`SamplesRejected ${place} Reason=${reason}`, count] as const),
  ];
}

function onlyMomentary(series: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(series).filter(([name]) => momentaryMetrics.some((one) => name.startsWith(`${one} `))),
  );
}

function grown(totals: Readonly<Record<string, number>>, by: Readonly<Record<string, number>>): Record<string, number> {
  const next = { ...totals };
  for (const [name, count] of Object.entries(by)) next[name] = (next[name] ?? 0) + count;
  return next;
}
