/** What AWS asks for one of each, in US dollars. Nothing reads prices: whoever looks them up again dates this file anew. */
export const unitPrices = {
  asOf: "January 2025",
  region: "us-east-1",
  source: "the price pages of the services, without free tiers",
  /** As AWS's own examples count. */
  hoursAMonth: 730,
  interfaceEndpointHour: "0.01",
  fargateCpuHour: "0.03238",
  fargateGibibyteHour: "0.00356",
  loadBalancerHour: "0.0225",
  publicAddressHour: "0.005",
  alarmMetric: "0.10",
  ownMetric: "0.30",
  dashboard: "3.00",
  secret: "0.40",
  secretReads10000: "0.05",
  logGigabyte: "0.50",
  customerKey: "1.00",
} as const;
