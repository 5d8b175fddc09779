import type { Finding } from "../finding/finding.ts";
import { SKEW_FAULT_MS, SKEW_RISK_MS } from "../finding/limits.ts";

/**
 * @param about whose clock it is
 * @param aheadMs how far it is ahead of ours, in milliseconds
 * @returns what is wrong with one of the two clocks
 */
export function skewFindings(about: string, aheadMs: number): readonly Finding[] {
  if (Math.abs(aheadMs) < SKEW_RISK_MS) return [];
  const isFault = Math.abs(aheadMs) >= SKEW_FAULT_MS;
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  return [
    {
      severity: isFault ? "fault" : "risk",
      check: "clock",
      about,
      says: `its clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} the clock of this machine`,
      todo: `set the one that is wrong (chrony or another NTP client): ${isFault ? "signature v2 and AWS refuse" : "from 300 s on signature v2 and AWS refuse"} what is signed by it`,
    },
  ];
}
