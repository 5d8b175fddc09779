/**
 * How bad a finding is, the worst first. fault: samples are being lost, or anybody can make them. risk: they will be unless
 * somebody acts. unseen: it could not be looked at, so that nobody knows.
 */
export const severities = ["fault", "risk", "unseen"] as const;
export type Severity = (typeof severities)[number];

/** What is looked at. Of findings that are equally bad, those of an earlier name come first: causes before effects. */
export const checkNames = [
  "stage",
  "socket",
  "storage",
  "clock",
  "sample",
  "key",
  "loss",
  "dead-letters",
  "backlog",
  "rejected",
  "quarantine",
  "datagram",
  "settings",
  "alarm",
] as const;
export type CheckName = (typeof checkNames)[number];

/** One thing that is not as it should be. Never holds a secret. */
export interface Finding {
  readonly severity: Severity;
  readonly check: CheckName;
  /** The thing itself: a URL, a queue, a key's id, a setting. */
  readonly about: string;
  /** One sentence without a full stop. */
  readonly says: string;
  /** What to do, in the same form. */
  readonly todo: string;
}

/** The same findings, each once, the worst first. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  // Two queues may share one for their dead letters.
  const each = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  const rank = ({ severity, check }: Finding) =>
    severities.indexOf(severity) * checkNames.length + checkNames.indexOf(check);
  return Array.from(each.values()).sort((one, other) => rank(one) - rank(other));
}
