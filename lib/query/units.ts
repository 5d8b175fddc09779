/**
 * Units that Ceilometer 26.0 renamed, as it said binary prefixes all along, and the meters that it did so for. The
 * volumes are what they were, so a meter that is older than its publishers' upgrade is one meter.
 */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ["MB", "MiB"],
  ["GB", "GiB"],
]);

const RENAMED_METERS =
  /^(?:memory(?:\..*)?|disk\..*\.size|volume\..*|snapshot\.size|backup\.size|manila\.share\.size)$/s;

/** The unit that a meter is added up in: the newer of two names of one unit, and else what the sample says. */
export function canonicalUnit(meter: string, unit: string): string {
  const renamed = RENAMED.get(unit);
  return renamed !== undefined && RENAMED_METERS.test(meter) ? renamed : unit;
}
