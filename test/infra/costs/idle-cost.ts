import { add, type Decimal, decimalOf, multiply, parseDecimal, ZERO } from "../../../lib/query/decimal.ts";
import { counted } from "./counted.ts";
import { unitPrices as price } from "./unit-prices.ts";

/** One line of what a socket side costs a month while nothing comes. */
export interface CostLine {
  readonly what: string;
  /** The calculation, as a person would write it. */
  readonly how: string;
  /** Rounded, a half up. */
  readonly cents: bigint;
}

/** What a task writes to its log within an interval, three lines of figures together: measured, in bytes. */
const FIGURES_BYTES = 2_700;

/** Lines that cost something, from what stands in the templates. Throws where a resource is neither priced nor known to be free. */
export function idleCost(...of: Parameters<typeof counted>): readonly CostLine[] {
  const n = counted(...of);
  const hours = price.hoursAMonth;
  const [cpu, memory] = [n.task.cpu / 1_024, n.task.mebibytes / 1_024];
  const logBytes = n.tasks * ((hours * 3_600) / n.figuresSeconds) * FIGURES_BYTES;
  const logGigabytes = logBytes / 1e9;
  const reads = (hours * 3_600) / n.keyCacheSeconds;
  const alarmMetrics = n.alarmMetrics + n.otherAlarmMetrics + n.scalingAlarms;
  const perTask = add(product(cpu, price.fargateCpuHour), product(memory, price.fargateGibibyteHour));
  const lines: readonly (CostLine | undefined)[] = [
    line(
      "interface endpoints; none in a VPC of your own",
      `${n.endpoints} × ${n.endpointZones / n.endpoints} zones × ${hours} × ${price.interfaceEndpointHour}`,
      product(n.endpointZones, hours, price.interfaceEndpointHour),
    ),
    line(
      "tasks",
      `${n.tasks} × ${hours} × (${cpu} × ${price.fargateCpuHour} + ${memory} × ${price.fargateGibibyteHour})`,
      multiply(product(n.tasks, hours), perTask),
    ),
    line(
      "load balancer",
      `${n.loadBalancers === 1 ? "" : `${n.loadBalancers} × `}${hours} × ${price.loadBalancerHour}`,
      product(n.loadBalancers, hours, price.loadBalancerHour),
    ),
    line(
      "public IPv4 addresses",
      `${n.publicAddresses} × ${hours} × ${price.publicAddressHour}`,
      product(n.publicAddresses, hours, price.publicAddressHour),
    ),
    line(
      "own metrics",
      `${n.metrics.udp} for UDP, ${n.metrics.tcp} for TCP and ${n.metrics.process} of the processes, × ${price.ownMetric}`,
      product(n.metrics.udp + n.metrics.tcp + n.metrics.process, price.ownMetric),
    ),
    line(
      "alarms",
      `${n.alarms}, with ${n.alarmMetrics} metrics, ${n.otherAlarmMetrics} more in the other stack's, and ${n.scalingAlarms} that the scaling policies make, × ${price.alarmMetric}`,
      product(alarmMetrics, price.alarmMetric),
    ),
    line("dashboards", `${n.dashboards} × ${price.dashboard}`, product(n.dashboards, price.dashboard)),
    line("secrets", `${n.secrets} × ${price.secret}`, product(n.secrets, price.secret)),
    line("keys", `${n.keys} × ${price.customerKey}`, product(n.keys, price.customerKey)),
    line(
      "log lines",
      `${n.tasks} tasks × 3 lines each ${n.figuresSeconds} s, ${FIGURES_BYTES / 1_000} kB together: ${logGigabytes.toFixed(2)} GB × ${price.logGigabyte}`,
      product(logGigabytes, price.logGigabyte),
    ),
    line(
      "reading the keys",
      `${n.tasks} tasks × ${reads.toLocaleString("en")} × ${price.secretReads10000} / 10⁴`,
      product(n.tasks, reads, price.secretReads10000, "0.0001"),
    ),
  ];
  return lines.filter((one) => one !== undefined);
}

/** @returns nothing for what there is none of */
function line(what: string, how: string, dollars: Decimal): CostLine | undefined {
  return dollars.digits === 0n ? undefined : { what, how, cents: toCents(dollars) };
}

function product(...factors: readonly (number | string)[]): Decimal {
  return factors
    .map((factor) => (typeof factor === "number" ? decimalOf(factor) : (parseDecimal(factor) ?? notANumber(factor))))
    .reduce(multiply);
}

function notANumber(text: string): never {
  throw new Error(`not a price: ${text}`);
}

function toCents(dollars: Decimal): bigint {
  const { digits, scale } = add(multiply(dollars, decimalOf(100)), { ...ZERO, digits: 5n, scale: 1 });
  return digits / 10n ** BigInt(scale);
}

/** An amount as prices are written. */
export function dollars(cents: bigint): string {
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}
