import type { Finding } from "../../doctor/finding/finding.ts";

/** Findings for a person: what is wrong, and below it what to do. */
export function shownFindings(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ severity, check, about, says, todo }) => [
    `${severity}: ${check}: ${about}: ${says}`,
    `  do: ${todo}`,
  ]);
}
