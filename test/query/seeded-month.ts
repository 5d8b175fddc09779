import { toTime } from "../../lib/query/instant.ts";
import type { CounterType, ExactNumber, Sample } from "../../lib/sample/sample.ts";
import { type Random, seededRandom } from "../support/random.ts";
import { aSample } from "../support/sample-builder.ts";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

interface Meter {
  readonly name: string;
  readonly type: CounterType;
  readonly units: readonly [before: string, after: string];
  readonly isFloat: boolean;
}

const meters: readonly Meter[] = [
  { name: "cpu", type: "cumulative", units: ["ns", "ns"], isFloat: false },
  { name: "network.incoming.bytes", type: "cumulative", units: ["B", "B"], isFloat: true },
  { name: "memory", type: "gauge", units: ["MB", "MiB"], isFloat: false },
  { name: "volume.size", type: "gauge", units: ["GB", "GiB"], isFloat: true },
  { name: "requests", type: "delta", units: ["request", "request"], isFloat: false },
  { name: "bandwidth", type: "delta", units: ["GB", "GB"], isFloat: true },
];

export interface Month {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly zone: string;
  /** In the order of their arrival: late ones, copies and conflicts among them. */
  readonly samples: readonly Sample[];
  readonly resources: readonly string[];
}

const projects = ["project-1", "project-2", null, ""] as const;

const months = [
  { from: "2022-03-01", to: "2022-04-01", zone: "Europe/Berlin" },
  { from: "2022-11-01", to: "2022-12-01", zone: "America/New_York" },
  { from: "2022-10-01", to: "2022-11-01", zone: "Europe/Berlin" },
] as const;

/** A month with a change of clocks and what lies around it, of everything that goes wrong with meters. */
export function seededMonth(seed: number, count: number): Month {
  const random = seededRandom(seed);
  const chosen = months[seed % months.length] ?? months[0];
  const [from, to] = [Date.parse(chosen.from) * 1_000, Date.parse(chosen.to) * 1_000];
  const resources = Array.from({ length: Math.max(1, Math.min(12, Math.floor(count / 60))) }, (_, n) => `server-${n}`);
  const perSeries = Math.max(4, Math.floor(count / resources.length / meters.length));
  const samples = resources.flatMap((resource) =>
    meters.flatMap((meter) => seriesOf(random, meter, resource, { from, to, count: perSeries })),
  );
  return { seed, from, to, zone: chosen.zone, samples: shuffled(random, withCopies(random, samples)), resources };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function seriesOf(random: Random, meter: Meter, resource: string, { from, to, count }: Span): Sample[] {
  const samples: Sample[] = [];
  const step = Math.max(SECOND, Math.floor((to - from) / count));
  // Some were there long before, and some begin or end in the month.
  let time = from - random.pick([0, 0, 2, 40, 80]) * DAY + random.integer(DAY / 1_000) * 1_000;
  const renamedAt = from + random.integer(30) * DAY;
  let volume: ExactNumber = firstVolume(random, meter);
  let owner = ownerOf(random);
  for (let made = 0; made < count; made++) {
    if (random.chance(0.02)) owner = ownerOf(random);
    volume = nextVolume(random, meter, volume);
    const unit = meter.units[time < renamedAt ? 0 : 1];
    const common = { resource_id: resource, counter_name: meter.name, counter_type: meter.type, counter_unit: unit };
    samples.push(sampleOf(random, { ...common, ...owner, counter_volume: volume, time: toTime(time) }));
    if (random.chance(0.03)) continue; // another one at the same instant
    time += Math.floor((step * (500 + random.integer(1_000))) / 1_000) + random.integer(3);
    if (random.chance(0.01)) time += random.pick([3_600 * SECOND, DAY, 2 * DAY, 36 * DAY]);
    if (time > to + 40 * DAY) break;
  }
  return samples;
}

function sampleOf(random: Random, fields: Partial<Sample>): Sample {
  // Nothing here looks at signatures, and making them would take most of the time.
  const message_id = `${random.bits(32).toString(16)}${random.pick(["", "é", "\u{10ffff}", "\ufffd"])}`;
  return aSample({ message_signature: "0".repeat(64), monotonic_time: null, message_id, ...fields });
}

function ownerOf(random: Random): Pick<Sample, "project_id" | "user_id" | "source" | "resource_metadata"> {
  return {
    project_id: random.pick(projects),
    user_id: random.pick(["user-1", "user-2", null]),
    source: random.pick(["openstack", "hardware"]),
    resource_metadata: new Map([["flavor", random.pick(["small", "large"])]]),
  };
}

function firstVolume(random: Random, { type, isFloat }: Meter): ExactNumber {
  if (type === "cumulative") return isFloat ? random.integer(1_000) / 7 : random.bits(64);
  return isFloat ? random.integer(1_000) / 10 : BigInt(random.integer(4_096));
}

function nextVolume(random: Random, meter: Meter, volume: ExactNumber): ExactNumber {
  if (meter.type !== "cumulative") return random.chance(0.2) ? noise(random, meter) : volume;
  if (random.chance(0.02)) return meter.isFloat ? random.integer(100) / 3 : BigInt(random.integer(1_000)) - 5n;
  if (random.chance(0.04)) return typeof volume === "bigint" ? volume - volume / 20n : volume * 0.97;
  const rise = random.integer(1_000_000);
  return typeof volume === "bigint" ? volume + BigInt(rise) : volume + rise / 1_000 + random.integer(10) * 1e-7;
}

function noise(random: Random, { isFloat }: Meter): ExactNumber {
  const volume = random.integer(5_000) - 10;
  return isFloat ? random.pick([volume / 100, volume * 1e-9, volume * 1e15]) : BigInt(volume);
}

/** What comes twice, as it was or otherwise. */
function withCopies(random: Random, samples: readonly Sample[]): Sample[] {
  return samples.flatMap((sample) => {
    if (random.chance(0.03)) return [sample, { ...sample, publisher_id: "again" }];
    if (random.chance(0.02)) return [sample, contentOf(random, sample), contentOf(random, sample)];
    return [sample];
  });
}

function contentOf(random: Random, sample: Sample): Sample {
  const { counter_volume: volume } = sample;
  const greater = typeof volume === "bigint" ? volume + 1n : volume + 0.5;
  const other = random.pick<Partial<Sample>>([
    { counter_volume: greater },
    { counter_volume: 1n },
    { project_id: random.pick(projects) },
    { user_id: "user-3", counter_volume: random.pick([volume, greater]) },
    { counter_unit: random.pick(["MB", "MiB", "GiB"]) },
    { counter_type: random.pick(["gauge", "delta", "cumulative"]) },
    { resource_metadata: new Map([["flavor", "huge"]]) },
  ]);
  return { ...sample, ...other };
}

/** Most in order, and some late. */
function shuffled(random: Random, samples: readonly Sample[]): Sample[] {
  const keyed = samples.map((sample, index) => ({
    sample,
    at: random.chance(0.1) ? random.integer(samples.length) : index,
  }));
  return keyed.sort((a, b) => a.at - b.at).map(({ sample }) => sample);
}
