import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, type Instant, isWithinYears, SECOND, toInstant, toTime } from "../../lib/query/instant.ts";
import { isZone, MOST_PERIODS, type Period, periodAt, periodBorders, TooManyPeriods } from "../../lib/query/periods.ts";

const at = (time: string): Instant => toInstant(`${time}:00.000000Z`);
const begins = (from: string, to: string, period: Period) =>
  periodBorders(at(from), at(to), period).map((instant) => toTime(instant).slice(0, 16));
const lengths = (from: string, to: string, period: Period) => {
  const borders = periodBorders(at(from), at(to), period);
  return borders.slice(1).map((border, index) => (border - (borders[index] ?? 0)) / HOUR);
};

/** Clocks that are set in summer, by half an hour, over midnight, and a date that never was. */
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Goose_Bay",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Asia/Kathmandu",
] as const;
const kinds = ["hour", "day", "month"] as const;
const period = fc.oneof(
  fc.record({ kind: fc.constantFrom(...kinds), zone: fc.constantFrom(...zones) }),
  fc.record({ kind: fc.constant("seconds" as const), seconds: fc.integer({ min: 3_600, max: 1_000_000 }) }),
);
const instant = fc.integer({ min: at("2009-01-01T00:00"), max: at("2024-01-01T00:00") });

describe("an instant", () => {
  it("is a time in whole microseconds, and back, in the years that it can be told in", () => {
    expect(toInstant("1969-12-31T23:59:59.999999Z")).toBe(-1);
    fc.assert(
      fc.property(instant, (micros) => {
        expect(toInstant(toTime(micros))).toBe(micros);
      }),
    );
    for (const time of ["1900-01-01T00:00:00.000001Z", "2200-12-31T23:59:59.999999Z"])
      expect([isWithinYears(time), toTime(toInstant(time))]).toEqual([true, time]);
    expect([isWithinYears("1899-12-31T23:59:59.999999Z"), isWithinYears("2201-01-01")]).toEqual([false, false]);
  });
});

describe("periods", () => {
  it("are one without a length, and whole seconds from the beginning with one", () => {
    expect(periodBorders(at("2022-03-01T00:00"), at("2022-03-02T00:00"))).toHaveLength(2);
    expect(begins("2022-03-01T00:10", "2022-03-01T02:00", { kind: "seconds", seconds: 3_600 })).toEqual([
      "2022-03-01T00:10",
      "2022-03-01T01:10",
      "2022-03-01T02:00",
    ]);
  });

  it("are no more than fit in a table", () => {
    const seconds = { kind: "seconds", seconds: 1 } as const;
    const from = at("2022-03-01T00:00");
    expect(periodBorders(from, from + MOST_PERIODS * SECOND, seconds)).toHaveLength(MOST_PERIODS + 1);
    expect(() => periodBorders(from, from + MOST_PERIODS * SECOND + 1, seconds)).toThrow(TooManyPeriods);
    // Three centuries of it, and no more work than the limit.
    expect(() => periodBorders(at("1900-01-01T00:00"), at("2200-01-01T00:00"), seconds)).toThrow("100000 periods");
    expect(() => periodBorders(at("1900-01-01T00:00"), at("2200-01-01T00:00"), { kind: "day", zone: "UTC" })).toThrow();
  });

  it("are days of 23 and of 25 hours where a clock is set", () => {
    const zone = "Europe/Berlin";
    expect(lengths("2022-03-25T23:00", "2022-03-28T22:00", { kind: "day", zone })).toEqual([24, 23, 24]);
    expect(lengths("2022-10-28T22:00", "2022-10-31T23:00", { kind: "day", zone })).toEqual([24, 25, 24]);
    expect(lengths("2022-03-27T00:00", "2022-03-27T03:00", { kind: "hour", zone })).toEqual([1, 1, 1]);
    expect(lengths("2022-02-28T23:00", "2022-03-31T22:00", { kind: "month", zone })).toEqual([31 * 24 - 1]);
  });

  it("begin when the date does, also where it has no midnight, two of them, or is left out", () => {
    const days = (from: string, to: string, zone: string) => begins(from, to, { kind: "day", zone });
    expect(days("2018-11-03T03:00", "2018-11-05T02:00", "America/Sao_Paulo")).toEqual([
      "2018-11-03T03:00",
      "2018-11-04T03:00",
      "2018-11-05T02:00",
    ]);
    expect(days("2010-11-07T03:30", "2010-11-08T04:00", "America/Goose_Bay")).toEqual([
      "2010-11-07T03:30",
      "2010-11-08T04:00",
    ]);
    expect(days("2011-12-29T10:00", "2011-12-31T10:00", "Pacific/Apia")).toEqual([
      "2011-12-29T10:00",
      "2011-12-30T10:00",
      "2011-12-31T10:00",
    ]);
  });

  it("are hours that begin when the local clock shows a whole one, also after half an hour's change", () => {
    const zone = "Australia/Lord_Howe";
    expect(begins("2022-04-02T13:00", "2022-04-02T16:30", { kind: "hour", zone })).toEqual([
      "2022-04-02T13:00",
      "2022-04-02T14:00",
      "2022-04-02T15:30",
      "2022-04-02T16:30",
    ]);
  });

  it("neither overlap nor leave anything out, and are the same wherever one begins to count by a clock", () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 70 * DAY }), period, fc.nat(), (from, length, one, pick) => {
        const to = from + length;
        const borders = periodBorders(from, to, one);
        expect([borders[0], borders.at(-1)]).toEqual([from, to]);
        for (const [index, border] of borders.entries()) {
          if (index > 0) expect(border).toBeGreaterThan(borders[index - 1] ?? to);
          expect(periodAt(borders, border)).toBe(index);
          expect(periodAt(borders, border - 1)).toBe(index - 1);
        }
        if (one.kind === "seconds") return;
        const middle = from + (pick % length);
        const [before, after] = [periodBorders(from, middle, one), periodBorders(middle, to, one)];
        expect(new Set([...before, ...after])).toEqual(new Set([...borders, middle]));
      }),
      { numRuns: 60 },
    );
  });

  it("are in UTC those of a zone whose clock shows the same and was never set", () => {
    // Abidjan's was last set in 1912.
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 20 * DAY }), fc.constantFrom(...kinds), (from, length, kind) => {
        const [utc, abidjan] = ["UTC", "Africa/Abidjan"].map((zone) =>
          periodBorders(from, from + length, { kind, zone }),
        );
        expect(utc).toEqual(abidjan);
      }),
      { numRuns: 20 },
    );
  });

  it("are by the names of zones alone", () => {
    expect(["UTC", "Europe/Berlin", "Europe/Nowhere", "+01:00", ""].map(isZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(SECOND * 86_400).toBe(DAY);
  });
});
